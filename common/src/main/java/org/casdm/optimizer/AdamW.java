package org.casdm.optimizer;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * Adam with decoupled weight decay (Loshchilov &amp; Hutter, arXiv 1711.05101) as {@code torch.optim.AdamW} computes it,
 * with a schedule of the learning rate and clipping of the gradient's global norm.
 *
 * <p>DL4J's own Adam adds epsilon before the bias correction of the second moment, PyTorch after it. The decay itself
 * is not here but in DL4J's regularisation of the layer: it needs the parameters.
 *
 * @param rate the learning rate of each step
 * @param beta1 decay of the first moment, in [0, 1)
 * @param beta2 decay of the second moment, in [0, 1)
 * @param epsilon added to the root of the second moment
 * @param gradientClip largest L2 norm of the gradient of all parameters together; longer ones are scaled down to it;
 *        0: no limit
 */
public record AdamW(LearningRate rate, double beta1, double beta2, double epsilon, double gradientClip)
        implements IUpdater {

    public AdamW {
        if (!(beta1 >= 0 && beta1 < 1) || !(beta2 >= 0 && beta2 < 1) || !(epsilon >= 0) || !(gradientClip >= 0)) {
            throw new IllegalArgumentException(
                    "AdamW: betas " + beta1 + " and " + beta2 + ", epsilon " + epsilon + ", clip " + gradientClip);
        }
    }

    /**
     * With a rate that stays constant after a linear warm-up.
     *
     * @param learningRate after warm-up, positive
     * @param warmupSteps steps of the warm-up; 0: none
     */
    public AdamW(
            double learningRate, int warmupSteps, double beta1, double beta2, double epsilon, double gradientClip) {
        this(
                new LearningRate(learningRate, warmupSteps, new LearningRate.Constant()),
                beta1,
                beta2,
                epsilon,
                gradientClip);
    }

    /** First and second moment of each parameter. */
    @Override
    public long stateSize(long numParams) {
        return 2 * numParams;
    }

    @Override
    public GradientUpdater<AdamW> instantiate(INDArray viewArray, boolean initializeViewArray) {
        var updater = new AdamWUpdater(this);
        updater.setStateViewArray(viewArray, null, 'c', initializeViewArray);
        return updater;
    }

    @Override
    public GradientUpdater<AdamW> instantiate(Map<String, INDArray> updaterState, boolean initializeStateArrays) {
        var updater = new AdamWUpdater(this);
        updater.setState(updaterState, initializeStateArrays);
        return updater;
    }

    @Override
    public double getLearningRate(int iteration, int epoch) {
        return rate.at(iteration);
    }

    @Override
    public boolean hasLearningRate() {
        return true;
    }

    @Override
    public void setLrAndSchedule(double lr, ISchedule lrSchedule) {
        throw new UnsupportedOperationException("AdamW's learning rate is fixed when it is made");
    }

    // The record is immutable: it can serve as the copy that IUpdater demands.
    @Override
    public IUpdater clone() {
        return this;
    }
}
