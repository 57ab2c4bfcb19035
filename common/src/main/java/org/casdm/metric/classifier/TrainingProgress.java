package org.casdm.metric.classifier;

/** Hears how far a training is. */
@FunctionalInterface
public interface TrainingProgress {

    /**
     * After each step.
     *
     * @param images seen so far, over all epochs
     * @param total images to be seen
     * @param loss of this step's images, in nats
     */
    void step(long images, long total, double loss);
}
