package org.casdm.job.rounds;

import java.util.List;
import java.util.stream.Stream;
import org.casdm.job.rounds.exchange.Moved;
import org.casdm.job.rounds.step.SkippedStep;
import org.casdm.job.rounds.step.StepStatistics;
import org.casdm.job.rounds.worker.WorkerReport;

/**
 * A finished round, as the driver sees it. The averaged parameters and updater state are in the driver's graph.
 *
 * @param firstStep      the step that the round began with
 * @param steps          steps that each worker took
 * @param workers        what the workers did, in order of worker index
 * @param trainSeconds   the Spark job of the workers: reading the state, and their steps
 * @param averageSeconds the Spark job of averaging
 * @param receiveSeconds bringing the averages to the driver's graph
 * @param moved          parameters and updater state that went from one JVM to another
 * @param totalSeconds   the whole round
 */
public record RoundResult(
        long firstStep,
        int steps,
        List<WorkerReport> workers,
        double trainSeconds,
        double averageSeconds,
        double receiveSeconds,
        Moved moved,
        double totalSeconds) {

    public RoundResult {
        workers = List.copyOf(workers);
    }

    /** The step that the next round begins with. */
    public long nextStep() {
        return firstStep + steps;
    }

    /** Examples that all workers together went through in this round, in skipped steps too. */
    public long images() {
        return workers.stream().mapToLong(WorkerReport::images).sum();
    }

    /** The steps that were taken, by worker. */
    public Stream<StepStatistics> takenSteps() {
        return workers.stream().flatMap(worker -> worker.steps().stream()).filter(step -> !step.skipped());
    }

    /** The steps that were skipped, by worker. */
    public List<SkippedStep> skippedSteps() {
        return workers.stream()
                .flatMap(worker -> worker.skippedSteps().stream())
                .toList();
    }

    /** The mean score over all workers and the steps that they took; {@code NaN} if all were skipped. */
    public double meanScore() {
        return takenSteps().mapToDouble(StepStatistics::score).average().orElse(Double.NaN);
    }
}
