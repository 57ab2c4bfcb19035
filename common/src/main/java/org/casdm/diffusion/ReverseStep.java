package org.casdm.diffusion;

import java.util.Optional;

/**
 * One step of a sampler as a linear combination, given an estimate of the clean image:
 * {@code next = estimateWeight * x0 + currentWeight * xt + noiseScale * z}, with z ~ N(0, I) drawn per image.
 *
 * @param timestep       the timestep of the training process, which the networks are given
 * @param estimateWeight weight of the estimated clean image x_0
 * @param currentWeight  weight of the current noisy image x_t
 * @param noiseScale     standard deviation of the fresh noise, at least 0; 0 means that none has to be drawn
 * @param learned        the range of the variance that the network chooses for each value, by which the noise is scaled
 *                       as well; empty where the scale is the same for all
 */
public record ReverseStep(
        int timestep,
        double estimateWeight,
        double currentWeight,
        double noiseScale,
        Optional<LogVarianceRange> learned) {

    /** A step whose noise has one scale. */
    public ReverseStep(int timestep, double estimateWeight, double currentWeight, double noiseScale) {
        this(timestep, estimateWeight, currentWeight, noiseScale, Optional.empty());
    }
}
