package org.casdm.data;

import org.casdm.random.CounterRandom;

/**
 * Which images of a training step lose their class: a function of seed, step, worker and place in the batch.
 *
 * @param seed of the run
 * @param rate share of the images, 0 to below 1
 * @param nullLabel the label that they get
 */
public record LabelDropout(long seed, double rate, int nullLabel) {

    /** Apart from the keys of noise and timesteps. */
    private static final long STREAM = 3;

    /** Replaces the labels of a worker's batch. */
    public void apply(int[] labels, long step, int worker) {
        long key = CounterRandom.key(seed, STREAM, step, worker);
        for (int i = 0; i < labels.length; i++) {
            if (CounterRandom.uniform(key, i) < rate) {
                labels[i] = nullLabel;
            }
        }
    }
}
