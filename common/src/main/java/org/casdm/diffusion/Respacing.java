package org.casdm.diffusion;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Which timesteps of a diffusion process a sampler visits, chosen as improved-diffusion's {@code space_timesteps} does.
 *
 * <p>Forms of the text: a list of counts ("250", "10,15,20": the process is cut into as many sections of equal length,
 * and each gives that many evenly spaced timesteps), "ddim" and a count ("ddim50": the fixed whole-number stride of the
 * DDIM paper, arXiv 2010.02502), or nothing: every timestep.
 */
public final class Respacing {

    private static final String DDIM_PREFIX = "ddim";

    private final String text;
    /** True: one count, a stride from the DDIM paper; false: counts of equally long sections, empty for every step. */
    private final boolean strided;

    private final List<Integer> counts;

    private Respacing(String text, boolean strided, List<Integer> counts) {
        this.text = text;
        this.strided = strided;
        this.counts = List.copyOf(counts);
    }

    /** Every timestep of the process. */
    public static Respacing everyTimestep() {
        return new Respacing("", false, List.of());
    }

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException if the text has none of the forms above
     */
    public static Respacing parse(String text) {
        var trimmed = text.strip();
        if (trimmed.isEmpty()) {
            return everyTimestep();
        }
        if (trimmed.startsWith(DDIM_PREFIX)) {
            return new Respacing(trimmed, true, List.of(count(text, trimmed.substring(DDIM_PREFIX.length()))));
        }
        var counts = Arrays.stream(trimmed.split(",", -1))
                .map(part -> count(text, part))
                .toList();
        return new Respacing(trimmed, false, counts);
    }

    private static int count(String text, String part) {
        try {
            var count = Integer.parseInt(part.strip());
            if (count >= 0) {
                return count;
            }
        } catch (NumberFormatException e) {
            // Reported below, together with negative counts.
        }
        throw new IllegalArgumentException("Respacing \"" + text + "\": \"" + part.strip() + "\" is not a count of"
                + " timesteps; write a count (\"250\"), counts of sections (\"10,15,20\") or a stride (\"ddim50\")");
    }

    /**
     * The timesteps to visit, ascending.
     *
     * @param steps number of timesteps of the original process
     * @throws IllegalArgumentException if a process of that length cannot be divided so
     */
    public int[] timesteps(int steps) {
        if (counts.isEmpty()) {
            return IntStream.range(0, steps).toArray();
        }
        return strided ? strided(steps, counts.get(0)) : sections(steps);
    }

    private int[] strided(int steps, int count) {
        for (var stride = 1; stride < steps; stride++) {
            if ((steps + stride - 1) / stride == count) {
                var fixed = stride;
                return IntStream.range(0, count).map(i -> i * fixed).toArray();
            }
        }
        throw new IllegalArgumentException("Respacing \"" + text + "\": cannot create exactly " + count + " of " + steps
                + " timesteps with a whole-number stride");
    }

    private int[] sections(int steps) {
        var sectionLength = steps / counts.size();
        var longerSections = steps % counts.size();
        var start = 0;
        var taken = new ArrayList<Integer>();
        for (var section = 0; section < counts.size(); section++) {
            var length = sectionLength + (section < longerSections ? 1 : 0);
            var count = counts.get(section);
            if (length < count) {
                throw new IllegalArgumentException("Respacing \"" + text + "\": cannot divide a section of " + length
                        + " timesteps into " + count + " (the process has " + steps + ")");
            }
            var stride = count <= 1 ? 1 : (double) (length - 1) / (count - 1);
            // Added up, not multiplied, and rounded half to even: so the choice agrees with Python's to the last bit.
            var position = 0.0;
            for (var i = 0; i < count; i++) {
                taken.add(start + (int) Math.rint(position));
                position += stride;
            }
            start += length;
        }
        return new TreeSet<>(taken).stream().mapToInt(Integer::intValue).toArray();
    }

    /** The count, where the text is one. */
    public OptionalInt singleCount() {
        return !strided && counts.size() == 1 ? OptionalInt.of(counts.get(0)) : OptionalInt.empty();
    }

    /**
     * The process that visits only the chosen timesteps.
     *
     * @throws IllegalArgumentException if the schedule cannot be divided so, or fewer than two timesteps are left
     */
    public RespacedSchedule apply(NoiseSchedule schedule) {
        return RespacedSchedule.of(schedule, timesteps(schedule.steps()));
    }

    /** The text form, without surrounding blanks; empty for every timestep. */
    @Override
    public String toString() {
        return text;
    }
}
