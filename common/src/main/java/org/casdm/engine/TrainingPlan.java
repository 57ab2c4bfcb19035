package org.casdm.engine;

import java.util.Optional;
import org.casdm.cascade.LossWeights;
import org.casdm.cascade.ModelSpec;
import org.casdm.lpips.LpipsSpec;
import org.casdm.lpips.LpipsWeights;
import org.casdm.metric.function.MetricFunction;
import org.casdm.optimizer.AdamW;

/**
 * What a training step computes.
 *
 * @param model the networks and how they work together
 * @param losses weights of the loss terms
 * @param optimizer AdamW with its warm-up and clipping
 * @param weightDecay decoupled weight decay; 0: none
 * @param metric LPIPS among the losses; empty: none
 * @param function the metric function besides LPIPS, which the step closes; empty: none
 * @param accumulate micro-batches that a batch is cut into, at least 1; their mean gradient makes one step
 * @param checkpointActivations whether activations of blocks are computed again in the backward pass, to save memory
 * @param arithmetic precision and threads
 */
public record TrainingPlan(
        ModelSpec model,
        LossWeights losses,
        AdamW optimizer,
        double weightDecay,
        Optional<Metric> metric,
        Optional<MetricFunction> function,
        int accumulate,
        boolean checkpointActivations,
        Arithmetic arithmetic) {

    /** A plan without a metric function besides LPIPS. */
    public TrainingPlan(
            ModelSpec model,
            LossWeights losses,
            AdamW optimizer,
            double weightDecay,
            Optional<Metric> metric,
            int accumulate,
            boolean checkpointActivations,
            Arithmetic arithmetic) {
        this(
                model,
                losses,
                optimizer,
                weightDecay,
                metric,
                Optional.empty(),
                accumulate,
                checkpointActivations,
                arithmetic);
    }

    /**
     * The metric function of a plan.
     *
     * @param spec which LPIPS
     * @param weights frozen; shared with other plans
     */
    public record Metric(LpipsSpec spec, LpipsWeights weights) {}
}
