package org.casdm.job.rounds.average;

import java.io.Serializable;
import org.casdm.job.rounds.RoundTrainingMaster;

/**
 * How a round's results are brought together.
 *
 * @param warmupSteps steps, from the run's first, that are averaged one by one, as {@link #PLAIN} does
 * @param outer       takes the average of the parameters as its step
 * @param keepMoments whether workers keep the state of their updaters from round to round; it is averaged only in rounds
 *                    that end whole (see {@link RoundTrainingMaster#executeRound})
 * @param float16     whether the differences of the parameters to the round's start are exchanged as float16, in rounds
 *                    that do not end whole; each worker adds what that loses to its next difference
 * @param workersPerHost workers that have their mean taken first, so that one copy leaves their host; 1 for none
 */
public record Averaging(int warmupSteps, OuterOptimizer outer, boolean keepMoments, boolean float16, int workersPerHost)
        implements Serializable {

    /** Parameters and updater state are averaged, and that is the next round's start. */
    public static final Averaging PLAIN = new Averaging(0, OuterOptimizer.NONE, false, false);

    /** Averaging without groups of workers. */
    public Averaging(int warmupSteps, OuterOptimizer outer, boolean keepMoments, boolean float16) {
        this(warmupSteps, outer, keepMoments, float16, 1);
    }

    /** The same with so many workers of a host. */
    public Averaging withWorkersPerHost(int workers) {
        return new Averaging(warmupSteps, outer, keepMoments, float16, workers);
    }
}
