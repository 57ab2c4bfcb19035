package org.casdm.optimizer;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.updaters.AdamUpdater;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.GradientUpdater;

/** The state and arithmetic of {@link AdamW}, in one pass over flat vectors. */
final class AdamWUpdater implements GradientUpdater<AdamW> {

    private static final String FIRST_MOMENT = "M";
    private static final String SECOND_MOMENT = "V";

    private final AdamW config;
    private INDArray firstMoment;
    private INDArray secondMoment;

    AdamWUpdater(AdamW config) {
        this.config = config;
    }

    @Override
    public AdamW getConfig() {
        return config;
    }

    @Override
    public void setState(Map<String, INDArray> state, boolean initialize) {
        firstMoment = state.get(FIRST_MOMENT);
        secondMoment = state.get(SECOND_MOMENT);
        if (firstMoment == null || secondMoment == null) {
            throw new IllegalArgumentException("AdamW's state is M and V, not " + state.keySet());
        }
        if (initialize) {
            firstMoment.assign(0);
            secondMoment.assign(0);
        }
    }

    @Override
    public Map<String, INDArray> getState() {
        return Map.of(FIRST_MOMENT, firstMoment, SECOND_MOMENT, secondMoment);
    }

    @Override
    public void setStateViewArray(INDArray viewArray, long[] gradientShape, char gradientOrder, boolean initialize) {
        if (initialize) {
            viewArray.assign(0);
        }
        var flat = viewArray.reshape(viewArray.length());
        firstMoment = flat.get(NDArrayIndex.interval(0, flat.length() / 2));
        secondMoment = flat.get(NDArrayIndex.interval(flat.length() / 2, flat.length()));
    }

    @Override
    public void applyUpdater(INDArray gradient, int iteration, int epoch) {
        double factor = 1;
        if (config.gradientClip() > 0) {
            double norm = GradientNorm.of(gradient);
            if (norm > config.gradientClip()) {
                // PyTorch's clip_grad_norm_ adds 1e-6 to the norm too.
                factor = config.gradientClip() / (norm + 1e-6);
            }
        }
        // The update divides by √v + ε after folding all bias correction into the rate:
        // with ε · √(1 - β2^t) for ε that is PyTorch's √(v / (1 - β2^t)) + ε.
        double correction = Math.sqrt(1 - Math.pow(config.beta2(), iteration + 1.0));
        double rate = config.getLearningRate(iteration, epoch);
        double epsilon = config.epsilon() * correction;
        if (HostVectors.suits(gradient) && HostVectors.suits(firstMoment) && HostVectors.suits(secondMoment)) {
            double corrected = rate * correction / (1 - Math.pow(config.beta1(), iteration + 1.0));
            HostVectors.adam(
                    gradient,
                    firstMoment,
                    secondMoment,
                    new HostVectors.Adam(factor, config.beta1(), config.beta2(), corrected, epsilon));
            return;
        }
        if (factor != 1) {
            gradient.muli(factor);
        }
        Nd4j.exec(new AdamUpdater(
                gradient, secondMoment, firstMoment, rate, config.beta1(), config.beta2(), epsilon, iteration));
    }
}
