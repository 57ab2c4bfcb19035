package org.casdm.job.rounds.worker;

import org.casdm.job.rounds.state.GraphState;
import org.casdm.job.rounds.state.StateCopy;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingResult;

/**
 * A worker's result inside its task. It does not travel: the task exposes {@link #state()}.
 * Parameters and updater state of the super class are null.
 */
final class RoundTrainingResult extends ParameterAveragingTrainingResult {

    private final transient GraphState state;
    private final transient StateCopy beside;
    private final WorkerReport report;

    RoundTrainingResult(GraphState state, StateCopy beside, double score, WorkerReport report) {
        super(null, null, score, null, null, null);
        this.state = state;
        this.beside = beside;
        this.report = report;
    }

    /** The state in the worker's graph. */
    GraphState state() {
        return state;
    }

    /** What takes the place of the graph's blocks, and what the worker keeps. */
    StateCopy beside() {
        return beside;
    }

    WorkerReport report() {
        return report;
    }
}
