package org.casdm.cascade.graph;

import org.casdm.diffusion.LogVarianceRange;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.diffusion.VariationalBound;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The variational bound of a network that learns its variance, for each image: (ε_θ and v, x_0, x_t, t) to [images, 1]:
 * the process's timesteps times L_t, in bits for each value, which estimates the whole bound from one timestep
 * (improved-diffusion's {@code RESCALED_KL}). x̂_0 is not clipped.
 *
 * @param schedule of the process
 * @param trainsMean whether ε_θ learns from it too, or v alone
 */
public record BoundTerm(NoiseSchedule schedule, boolean trainsMean) implements VertexFunction {

    @Override
    public int inputCount() {
        return 4;
    }

    @Override
    public INDArray forward(INDArray[] inputs) {
        var means = new double[(int) inputs[0].size(0)];
        compute(inputs, (image, v, epsilon, term) -> means[image] += term.bits());
        return Nd4j.createFromArray(means)
                .muli(factor(inputs))
                .castTo(inputs[0].dataType())
                .reshape(means.length, 1);
    }

    @Override
    public INDArray[] backward(INDArray[] inputs, INDArray outputGradient) {
        var gradients = PerImage.zerosLike(inputs);
        double[] ofImages = outputGradient.mul(factor(inputs)).toDoubleVector();
        int[] timesteps = inputs[3].toIntVector();
        var ofOutput = new double[Math.toIntExact(inputs[0].length())];
        compute(inputs, (image, v, epsilon, term) -> {
            int t = timesteps[image];
            ofOutput[v] = ofImages[image]
                    * term.byLogVariance()
                    * LogVarianceRange.of(schedule, t).slope();
            if (trainsMean) {
                ofOutput[epsilon] = -ofImages[image] * term.byEstimate() * schedule.sqrtRecipMinusOneAlphaBar(t);
            }
        });
        gradients[0].assign(
                Nd4j.createFromArray(ofOutput).castTo(inputs[0].dataType()).reshape(inputs[0].shape()));
        return gradients;
    }

    /** From the sum over an image's values to the estimate of the whole bound. */
    private double factor(INDArray[] inputs) {
        return (double) schedule.steps() / PerImage.valuesPerImage(inputs[1]);
    }

    /** Takes a value's term, and the places of its v and its ε_θ in the network's output. */
    private interface Receiver {
        void accept(int image, int v, int epsilon, VariationalBound.Term term);
    }

    private void compute(INDArray[] inputs, Receiver receiver) {
        var bound = new VariationalBound(schedule);
        double[] output = inputs[0].dup('c').data().asDouble();
        double[] x0 = inputs[1].dup('c').data().asDouble();
        double[] xt = inputs[2].dup('c').data().asDouble();
        int[] timesteps = inputs[3].toIntVector();
        int colours = (int) inputs[1].size(3);
        int valuesOfImage = x0.length / timesteps.length;
        for (int image = 0; image < timesteps.length; image++) {
            int t = timesteps[image];
            var range = LogVarianceRange.of(schedule, t);
            double ofXt = schedule.sqrtRecipAlphaBar(t);
            double ofEpsilon = schedule.sqrtRecipMinusOneAlphaBar(t);
            for (int i = image * valuesOfImage; i < (image + 1) * valuesOfImage; i++) {
                int epsilon = i + i / colours * colours;
                int v = epsilon + colours;
                double estimate = ofXt * xt[i] - ofEpsilon * output[epsilon];
                receiver.accept(image, v, epsilon, bound.term(t, x0[i], xt[i], estimate, range.at(output[v])));
            }
        }
    }
}
