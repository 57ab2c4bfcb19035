package org.casdm.engine.libtorch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.casdm.engine.libtorch.tensor.Tensors;
import org.casdm.optimizer.AdamW;

/**
 * {@link AdamW} as a few operations over flat vectors, with {@code torch.optim.AdamW}'s arithmetic: decoupled decay,
 * bias-corrected moments, ε added after the correction. Clipping scales the gradient on its way into the moments.
 */
final class FlatAdamW {

    // What PyTorch's clip_grad_norm_ adds to the norm.
    private static final double CLIP_EPSILON = 1e-6;

    private final AdamW config;
    private final double weightDecay;

    FlatAdamW(AdamW config, double weightDecay) {
        this.config = config;
        this.weightDecay = weightDecay;
    }

    /** The square of a gradient's Euclidean norm; not finite if a value or the sum is not. Of the scope around. */
    static Tensor squaredNorm(Tensor gradient) {
        return gradient.dot(gradient);
    }

    /**
     * One step.
     *
     * @param step number of the step in the run, from 0
     * @param norm of the gradient
     */
    void update(Tensor values, Tensor gradient, Tensor firstMoment, Tensor secondMoment, long step, double norm) {
        double clip = config.gradientClip() > 0 && norm > config.gradientClip()
                ? config.gradientClip() / (norm + CLIP_EPSILON)
                : 1;
        double rate = config.getLearningRate(Math.toIntExact(step), 0);
        double firstCorrection = 1 - Math.pow(config.beta1(), step + 1.0);
        double secondCorrection = 1 - Math.pow(config.beta2(), step + 1.0);
        try (var scope = new PointerScope()) {
            firstMoment.mul_(Tensors.scalar(config.beta1()));
            firstMoment.add_(gradient, Tensors.scalar((1 - config.beta1()) * clip));
            secondMoment.mul_(Tensors.scalar(config.beta2()));
            secondMoment.addcmul_(gradient, gradient, Tensors.scalar((1 - config.beta2()) * clip * clip));
            var divisor = secondMoment.sqrt();
            divisor.mul_(Tensors.scalar(1 / Math.sqrt(secondCorrection)));
            divisor.add_(Tensors.scalar(config.epsilon()));
            if (weightDecay > 0) {
                values.mul_(Tensors.scalar(1 - rate * weightDecay));
            }
            values.addcdiv_(firstMoment, divisor, Tensors.scalar(-rate / firstCorrection));
        }
    }
}
