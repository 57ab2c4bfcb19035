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
        if (config.gradientClip() > 0) {
            double norm = GradientNorm.of(gradient);
            if (norm > config.gradientClip()) {
                // PyTorch's clip_grad_norm_ adds 1e-6 to the norm too.
                gradient.muli(config.gradientClip() / (norm + 1e-6));
            }
        }
        // ND4J's operation divides by √v + ε after folding all bias correction into the rate:
        // with ε · √(1 - β2^t) for ε that is PyTorch's √(v / (1 - β2^t)) + ε.
        double epsilon = config.epsilon() * Math.sqrt(1 - Math.pow(config.beta2(), iteration + 1.0));
        Nd4j.exec(new AdamUpdater(
                gradient,
                secondMoment,
                firstMoment,
                config.getLearningRate(iteration, epoch),
                config.beta1(),
                config.beta2(),
                epsilon,
                iteration));
    }
}
