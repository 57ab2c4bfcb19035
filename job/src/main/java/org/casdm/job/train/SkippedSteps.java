package org.casdm.job.train;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.casdm.checkpoint.FailureStore;
import org.casdm.job.JobFailure;
import org.casdm.job.rounds.RoundResult;
import org.casdm.job.rounds.step.SkippedStep;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of the steps that workers skipped because loss or gradient were not finite, and ends the run when there are too
 * many of them. They are counted from checkpoint to checkpoint: so a resumed run counts as an uninterrupted one.
 */
final class SkippedSteps {

    private static final Logger LOG = LoggerFactory.getLogger(SkippedSteps.class);
    /** So many of a round are told one by one: a model that has diverged skips all. */
    private static final int TOLD_ONE_BY_ONE = 5;
    /** The newest so many failures stay in the run folder, each as large as the model. */
    private static final int KEPT_FAILURES = 10;

    private final int maximum;
    private final FailureStore failures;
    private int count;

    /**
     * @param maximum so many may be skipped from one checkpoint to the next
     * @param failures where workers keep what led to skipped steps
     */
    SkippedSteps(int maximum, FailureStore failures) {
        this.maximum = maximum;
        this.failures = failures;
    }

    /** Counts a round's skipped steps and tells them. */
    void note(RoundResult result) throws IOException {
        var skipped = result.skippedSteps();
        if (skipped.isEmpty()) {
            return;
        }
        count += skipped.size();
        skipped.stream().limit(TOLD_ONE_BY_ONE).forEach(step -> LOG.warn("skipped {}", describe(step)));
        if (skipped.size() > TOLD_ONE_BY_ONE) {
            LOG.warn("skipped {} more steps in the same round", skipped.size() - TOLD_ONE_BY_ONE);
        }
        failures.retain(KEPT_FAILURES);
    }

    /** Whether there are too many. */
    boolean tooMany() {
        return count > maximum;
    }

    /** Begins to count anew. */
    void checkpointWritten() {
        count = 0;
    }

    /**
     * Why the run ends.
     *
     * @param result the round that was noted last
     */
    JobFailure failure(RoundResult result) {
        return new JobFailure(message(result.skippedSteps()));
    }

    private String message(List<SkippedStep> skipped) {
        var last = skipped.get(skipped.size() - 1);
        var text = new StringBuilder("loss or gradient were not finite in ")
                .append(count)
                .append(count == 1 ? " step" : " steps")
                .append(" since the last checkpoint, more than")
                .append(" train.max-skipped-steps = ")
                .append(maximum)
                .append(" allows. The last is ")
                .append(describe(last))
                .append(". The newest checkpoint in the run folder is sound.");
        if (skipped.stream().allMatch(step -> step.executorId().equals(last.executorId()))
                && skipped.stream().map(SkippedStep::workerIndex).distinct().count() == 1) {
            text.append(" If it is always this worker, look at the machine of its executor.");
        }
        return text.append(" A lower train.optimizer.learning-rate, a longer warm-up or"
                        + " train.optimizer.gradient-clip = 1 help; all three may change on resume")
                .toString();
    }

    private static String describe(SkippedStep step) {
        return "step " + step.step() + " of worker " + step.workerIndex() + " on executor " + step.executorId()
                + ": loss " + number(step.score()) + ", norm of the gradient " + number(step.gradientNorm())
                + (step.kept().isEmpty() ? "" : "; " + step.kept());
    }

    private static String number(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.4g", value) : Double.toString(value);
    }
}
