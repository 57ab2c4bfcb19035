package org.casdm.cascade.graph;

import org.casdm.diffusion.NoiseSchedule;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * (x_t, ε_θ, t) to x̂_0 = (x_t - √(1-ᾱ_t) ε_θ) / √ᾱ_t.
 *
 * @param clip whether x̂_0 is clipped to [-1, 1]
 * @param stopGradient whether ε_θ learns nothing from what becomes of x̂_0, as in the cascade; x_t never does
 */
public record EstimateX0(NoiseSchedule schedule, boolean clip, boolean stopGradient) implements VertexFunction {

    @Override
    public int inputCount() {
        return 3;
    }

    @Override
    public INDArray forward(INDArray[] inputs) {
        var estimate = unclipped(inputs[0], inputs[1], inputs[2]);
        return clip ? Transforms.max(Transforms.min(estimate, 1, false), -1, false) : estimate;
    }

    private INDArray unclipped(INDArray xt, INDArray epsilon, INDArray timesteps) {
        var noise = PerImage.coefficient(timesteps, xt, schedule::sqrtOneMinusAlphaBar);
        var signal = PerImage.coefficient(timesteps, xt, schedule::reciprocalSqrtAlphaBar);
        return epsilon.mul(noise).rsubi(xt).muli(signal);
    }

    @Override
    public INDArray[] backward(INDArray[] inputs, INDArray outputGradient) {
        var gradients =
                new INDArray[] {Nd4j.zerosLike(inputs[0]), Nd4j.zerosLike(inputs[1]), Nd4j.zerosLike(inputs[2])};
        if (!stopGradient) {
            var factor = PerImage.coefficient(
                    inputs[2], inputs[0], t -> -schedule.sqrtOneMinusAlphaBar(t) / schedule.sqrtAlphaBar(t));
            gradients[1].assign(outputGradient).muli(factor);
            if (clip) {
                var inside = Transforms.abs(unclipped(inputs[0], inputs[1], inputs[2]), false)
                        .lte(1);
                gradients[1].muli(inside.castTo(outputGradient.dataType()));
            }
        }
        return gradients;
    }
}
