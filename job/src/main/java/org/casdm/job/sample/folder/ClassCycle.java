package org.casdm.job.sample.folder;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.casdm.data.shard.DatasetDescription;

/**
 * The images' class labels: they take turns.
 *
 * @param classes one after the other; empty for a model without classes
 */
public record ClassCycle(List<Integer> classes) implements Serializable {

    private static final String ALL = "all";

    public ClassCycle {
        classes = List.copyOf(classes);
    }

    /**
     * Reads what the user asks for.
     *
     * @param text "all", or class numbers separated by commas
     * @param modelClasses classes of the model, 0 for none
     * @throws IllegalArgumentException saying what is wrong with it
     */
    public static ClassCycle parse(Optional<String> text, int modelClasses) {
        if (modelClasses == 0) {
            if (text.isPresent()) {
                throw new IllegalArgumentException("--classes=" + text.get() + ": the model was trained without class"
                        + " labels; leave --classes out");
            }
            return new ClassCycle(List.of());
        }
        String range = "0 to " + (modelClasses - 1);
        String wanted = text.orElseThrow(() -> new IllegalArgumentException("The model was trained with " + modelClasses
                + " classes: give --classes=all for each in turn, or numbers from " + range));
        if (wanted.strip().equals(ALL)) {
            return new ClassCycle(IntStream.range(0, modelClasses).boxed().toList());
        }
        return new ClassCycle(Arrays.stream(wanted.split(",", -1))
                .map(part -> number(part.strip(), range, modelClasses))
                .toList());
    }

    private static int number(String text, String range, int modelClasses) {
        if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) >= modelClasses) {
            throw new IllegalArgumentException(
                    "--classes: \"" + text + "\" is not a class of the model; there are " + range + ", or all");
        }
        return Integer.parseInt(text);
    }

    /** The label of an image, {@link DatasetDescription#NO_LABEL} for none. */
    public int label(long image) {
        return classes.isEmpty() ? DatasetDescription.NO_LABEL : classes.get((int) (image % classes.size()));
    }

    /** The labels of images that follow each other; null for a model without classes, as the sampler takes it. */
    public int[] labels(long first, int count) {
        return classes.isEmpty()
                ? null
                : IntStream.range(0, count).map(i -> label(first + i)).toArray();
    }

    @Override
    public String toString() {
        return classes.isEmpty()
                ? "none"
                : classes.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
