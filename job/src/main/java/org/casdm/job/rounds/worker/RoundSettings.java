package org.casdm.job.rounds.worker;

import java.io.Serializable;

/**
 * How rounds are done.
 *
 * @param workers            W, the number of workers, at least 1. For speed the cluster should have as many task slots;
 *                           the result does not depend on it
 * @param averagingFrequency steps that each worker takes in a round, at least 1
 * @param batchSizePerWorker examples in each minibatch, at least 1
 * @param blockFloats        state travels in blocks of so many float32; from 1 to {@link #MAXIMUM_BLOCK_FLOATS},
 *                           {@link #DEFAULT_BLOCK_FLOATS} (4 MiB) is a good size
 * @param seed               with step and worker index, the seed of ND4J's random numbers (dropout) in each step
 */
public record RoundSettings(int workers, int averagingFrequency, int batchSizePerWorker, int blockFloats, long seed)
        implements Serializable {

    /** 4 MiB. */
    public static final int DEFAULT_BLOCK_FLOATS = 1 << 20;

    /** 256 MiB. */
    public static final int MAXIMUM_BLOCK_FLOATS = 64 << 20;

    public RoundSettings {
        requireRange("workers", workers, 1, Integer.MAX_VALUE);
        requireRange("averagingFrequency", averagingFrequency, 1, Integer.MAX_VALUE);
        requireRange("batchSizePerWorker", batchSizePerWorker, 1, Integer.MAX_VALUE);
        requireRange("blockFloats", blockFloats, 1, MAXIMUM_BLOCK_FLOATS);
    }

    /** Settings with blocks of 4 MiB. */
    public static RoundSettings of(int workers, int averagingFrequency, int batchSizePerWorker, long seed) {
        return new RoundSettings(workers, averagingFrequency, batchSizePerWorker, DEFAULT_BLOCK_FLOATS, seed);
    }

    /** The same with another block size. */
    public RoundSettings withBlockFloats(int floats) {
        return new RoundSettings(workers, averagingFrequency, batchSizePerWorker, floats, seed);
    }

    private static void requireRange(String name, int value, int minimum, int maximum) {
        if (value < minimum || value > maximum) {
            throw new IllegalArgumentException(
                    name + " is " + value + ", which is not in " + minimum + " to " + maximum);
        }
    }
}
