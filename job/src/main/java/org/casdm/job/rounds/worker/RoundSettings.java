package org.casdm.job.rounds.worker;

import java.io.Serializable;
import org.casdm.job.rounds.average.Averaging;
import org.casdm.job.rounds.average.OuterOptimizer;
import org.casdm.job.rounds.average.RoundPlan;
import org.casdm.job.rounds.average.WorkerGroups;

/**
 * How rounds are done.
 *
 * @param workers            W, the number of workers, at least 1. For speed the cluster should have as many task slots;
 *                           the result does not depend on it
 * @param averagingFrequency steps that each worker takes in a round, at least 1; fewer while averaging warms up
 * @param batchSizePerWorker examples in each minibatch, at least 1
 * @param blockFloats        state travels in blocks of so many float32; from 1 to {@link #MAXIMUM_BLOCK_FLOATS},
 *                           {@link #DEFAULT_BLOCK_FLOATS} (4 MiB) is a good size
 * @param seed               with step and worker index, the seed of ND4J's random numbers (dropout) in each step
 * @param averaging          how results are brought together
 */
public record RoundSettings(
        int workers, int averagingFrequency, int batchSizePerWorker, int blockFloats, long seed, Averaging averaging)
        implements Serializable {

    /** 4 MiB. */
    public static final int DEFAULT_BLOCK_FLOATS = 1 << 20;

    /** 256 MiB. */
    public static final int MAXIMUM_BLOCK_FLOATS = 64 << 20;

    public RoundSettings {
        requireRange("workers", workers, 1, Integer.MAX_VALUE);
        requireRange("averagingFrequency", averagingFrequency, 1, Integer.MAX_VALUE);
        requireRange("batchSizePerWorker", batchSizePerWorker, 1, Integer.MAX_VALUE);
        requireRange("workersPerHost", averaging.workersPerHost(), 1, Integer.MAX_VALUE);
        requireRange("blockFloats", blockFloats, 1, MAXIMUM_BLOCK_FLOATS);
    }

    /** Settings for plain averaging with blocks of 4 MiB. */
    public static RoundSettings of(int workers, int averagingFrequency, int batchSizePerWorker, long seed) {
        return new RoundSettings(
                workers, averagingFrequency, batchSizePerWorker, DEFAULT_BLOCK_FLOATS, seed, Averaging.PLAIN);
    }

    /** The same with another block size. */
    public RoundSettings withBlockFloats(int floats) {
        return new RoundSettings(workers, averagingFrequency, batchSizePerWorker, floats, seed, averaging);
    }

    /** The same with another way of averaging. */
    public RoundSettings withAveraging(Averaging other) {
        return new RoundSettings(workers, averagingFrequency, batchSizePerWorker, blockFloats, seed, other);
    }

    /** The workers of each host. */
    public WorkerGroups groups() {
        return new WorkerGroups(workers, averaging.workersPerHost());
    }

    /** Steps of the round that begins with a step. */
    public int steps(long firstStep) {
        return firstStep < averaging.warmupSteps() ? 1 : averagingFrequency;
    }

    /**
     * What is done in a round.
     *
     * @param whole whether the driver needs the whole state at its end
     */
    public RoundPlan plan(long firstStep, boolean whole) {
        boolean plain = firstStep < averaging.warmupSteps();
        return new RoundPlan(
                steps(firstStep),
                plain ? OuterOptimizer.NONE : averaging.outer(),
                plain || whole || !averaging.keepMoments(),
                !plain && !whole && averaging.float16());
    }

    private static void requireRange(String name, int value, int minimum, int maximum) {
        if (value < minimum || value > maximum) {
            throw new IllegalArgumentException(
                    name + " is " + value + ", which is not in " + minimum + " to " + maximum);
        }
    }
}
