package org.casdm.data;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How a run's images were dealt to workers: what is needed to know which images of an epoch are still to come when the
 * number of workers changes amid it.
 *
 * @param list one after the other, the present one last; at least one
 */
public record Divisions(List<Division> list) implements Serializable {

    /** @throws IllegalArgumentException when there is none, or they are out of order */
    public Divisions {
        list = List.copyOf(list);
        if (list.isEmpty()) {
            throw new IllegalArgumentException("there is no division of images among workers");
        }
        for (int i = 1; i < list.size(); i++) {
            if (list.get(i).firstImage() < list.get(i - 1).firstImage()) {
                throw new IllegalArgumentException("divisions out of order: " + list);
            }
        }
    }

    /** A run that begins. */
    public static Divisions start(BatchOrder order) {
        return new Divisions(List.of(new Division(0, order)));
    }

    /** The division that holds now. */
    public Division present() {
        return list.get(list.size() - 1);
    }

    /**
     * With the workers of a resumed run.
     *
     * @param imagesSeen by the run so far
     * @param order      how it continues; if that is another one, a division begins
     */
    public Divisions goingOn(long imagesSeen, BatchOrder order) {
        if (present().order().equals(order)) {
            return this;
        }
        var longer = new ArrayList<>(list);
        longer.add(new Division(imagesSeen, order));
        return new Divisions(longer);
    }

    /** Without those that ended before an image. */
    public Divisions since(long image) {
        int first = 0;
        while (first + 1 < list.size() && list.get(first + 1).firstImage() <= image) {
            first++;
        }
        return new Divisions(list.subList(first, list.size()));
    }

    /** As text: {@code 0:2x16 5120:3x16} are 2 workers with 16 images a step, 3 from image 5120 on. */
    @Override
    public String toString() {
        return list.stream()
                .map(division -> division.firstImage() + ":" + division.order().workers() + "x"
                        + division.order().batchSize())
                .collect(Collectors.joining(" "));
    }

    /**
     * The opposite of {@link #toString}.
     *
     * @throws IllegalArgumentException when the text is something else
     */
    public static Divisions parse(String text) {
        return new Divisions(Arrays.stream(text.split(" "))
                .map(part -> {
                    var numbers = part.split("[:x]");
                    if (numbers.length != 3) {
                        throw new IllegalArgumentException("no division of images among workers: \"" + text + "\"");
                    }
                    return new Division(
                            Long.parseLong(numbers[0]),
                            new BatchOrder(Integer.parseInt(numbers[1]), Integer.parseInt(numbers[2])));
                })
                .toList());
    }
}
