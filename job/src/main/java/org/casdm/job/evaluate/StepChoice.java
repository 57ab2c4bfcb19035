package org.casdm.job.evaluate;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.casdm.job.JobFailure;

/**
 * Which checkpoints of a run.
 *
 * @param every those whose step is a multiple of it; 1 for all
 * @param steps these, if any are named
 */
public record StepChoice(long every, List<Long> steps) {

    private static final String ALL = "all";
    private static final String EVERY = "every:";

    /**
     * Reads {@code all}, {@code every:10000} or {@code 1000,2000,5000}.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    public static StepChoice parse(String text) {
        if (text.equals(ALL)) {
            return new StepChoice(1, List.of());
        }
        if (text.matches(EVERY + "[1-9][0-9]{0,17}")) {
            return new StepChoice(Long.parseLong(text.substring(EVERY.length())), List.of());
        }
        if (!text.matches("[0-9]{1,18}(,[0-9]{1,18})*")) {
            throw new IllegalArgumentException(
                    "--steps is all, every:10000, or steps such as 1000,2000, not \"" + text + "\"");
        }
        return new StepChoice(
                1,
                Arrays.stream(text.split(","))
                        .map(Long::valueOf)
                        .sorted()
                        .distinct()
                        .toList());
    }

    /**
     * The steps.
     *
     * @param complete steps of the run's complete checkpoints, ascending
     * @throws JobFailure if there are none, or one that is named is not among them
     */
    List<Long> of(List<Long> complete, String run) {
        var missing = steps.stream().filter(step -> !complete.contains(step)).toList();
        var chosen = steps.isEmpty()
                ? complete.stream().filter(step -> step % every == 0).toList()
                : steps;
        if (!missing.isEmpty() || chosen.isEmpty()) {
            throw new JobFailure(run + " has no complete checkpoint "
                    + (missing.isEmpty() ? "at a multiple of " + every : "of step " + text(missing))
                    + "; it has " + (complete.isEmpty() ? "none at all" : text(complete)));
        }
        return chosen;
    }

    private static String text(List<Long> steps) {
        return steps.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }
}
