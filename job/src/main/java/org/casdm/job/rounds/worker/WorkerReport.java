package org.casdm.job.rounds.worker;

import java.io.Serializable;
import java.util.List;
import org.casdm.job.rounds.exchange.Moved;
import org.casdm.job.rounds.step.SkippedStep;
import org.casdm.job.rounds.step.StepStatistics;

/**
 * What one worker did in one round.
 *
 * @param workerIndex    which worker
 * @param executorId     where the successful attempt ran
 * @param attempt        number of task attempts that failed before
 * @param steps          its steps, in order; those that it skipped too
 * @param skippedSteps   the steps that it skipped, in order
 * @param stateSeconds   reading parameters and updater state, building the graph included
 * @param dataSeconds    waiting for minibatches
 * @param computeSeconds inside the steps
 * @param fetched        parameters and updater state that came from other JVMs
 * @param momentsOf      of how many other workers' moments the worker started from the mean, its own being lost; -1 if it
 *                       had what it should start from, 0 if it started from the last ones that were averaged
 * @param errorsLost     whether the worker's rounding errors of the round before are lost
 */
public record WorkerReport(
        int workerIndex,
        String executorId,
        int attempt,
        List<StepStatistics> steps,
        List<SkippedStep> skippedSteps,
        double stateSeconds,
        double dataSeconds,
        double computeSeconds,
        Moved fetched,
        int momentsOf,
        boolean errorsLost)
        implements Serializable {

    public WorkerReport {
        steps = List.copyOf(steps);
        skippedSteps = List.copyOf(skippedSteps);
    }

    /** Examples that the worker went through in this round, in steps that it skipped too. */
    public long images() {
        return steps.stream().mapToLong(StepStatistics::images).sum();
    }
}
