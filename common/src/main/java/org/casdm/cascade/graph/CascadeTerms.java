package org.casdm.cascade.graph;

import org.casdm.diffusion.NoiseSchedule;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The losses of the cascade for each image: (ε_θ, ε, φ's output, x̂_0, x_0, t) to [images, 3]: ‖ε_θ - ε‖²,
 * ‖x_0^φ - x_0‖² and ‖μ - μ̃‖², each a mean over the image's values.
 *
 * <p>φ's output is x_0^φ and, as its last channel, the logit of the blending weight r. With the posterior coefficients
 * μ - μ̃ = c1(t) (r x_0^φ + (1-r) x̂_0 - x_0): the share of x_t is the same in both. The third term's gradient flows
 * only into r, and none into x̂_0.
 */
public record CascadeTerms(NoiseSchedule schedule) implements VertexFunction {

    /** Columns of the value. */
    public static final int EPSILON = 0;
    /** Column of the second network's clean image. */
    public static final int X0 = 1;
    /** Column of the posterior mean. */
    public static final int MU = 2;

    @Override
    public int inputCount() {
        return 6;
    }

    @Override
    public boolean keepsValue() {
        return true;
    }

    /** The quantities of the third term. */
    private record Blend(INDArray prediction, INDArray weight, INDArray c1, INDArray error) {}

    /** Prediction and blending weight of φ, c1, and c1 · (blend - x_0). */
    private Blend blend(INDArray output, INDArray estimate, INDArray x0, INDArray timesteps) {
        long colours = x0.size(3);
        var prediction = PerImage.channels(output, 0, colours);
        var weight = Transforms.sigmoid(
                PerImage.channels(output, colours, colours + 1).dup('c'), false);
        var c1 = PerImage.coefficient(timesteps, x0, schedule::posteriorMeanCoef1);
        var error =
                prediction.sub(estimate).muli(weight).addi(estimate).subi(x0).muli(c1);
        return new Blend(prediction, weight, c1, error);
    }

    @Override
    public INDArray forward(INDArray[] inputs) {
        var blend = blend(inputs[2], inputs[3], inputs[4], inputs[5]);
        return Nd4j.stack(
                1,
                PerImage.meanSquare(inputs[0].sub(inputs[1])),
                PerImage.meanSquare(blend.prediction().sub(inputs[4])),
                PerImage.meanSquare(blend.error()));
    }

    @Override
    public INDArray[] backward(INDArray[] inputs, INDArray outputGradient) {
        var x0 = inputs[4];
        long colours = x0.size(3);
        double factor = 2.0 / PerImage.valuesPerImage(x0);
        var blend = blend(inputs[2], inputs[3], x0, inputs[5]);
        var gradients = PerImage.zerosLike(inputs);
        gradients[0]
                .assign(inputs[0])
                .subi(inputs[1])
                .muli(PerImage.column(outputGradient, EPSILON).muli(factor));
        PerImage.channels(gradients[2], 0, colours)
                .assign(blend.prediction()
                        .sub(x0)
                        .muli(PerImage.column(outputGradient, X0).muli(factor)));
        // d error / d r = c1 · (x_0^φ - x̂_0), d r / d logit = r (1 - r)
        var difference = blend.prediction().sub(inputs[3]).muli(blend.c1());
        var weightGradient = difference
                .muli(blend.error())
                .sum(true, 3)
                .muli(PerImage.column(outputGradient, MU).muli(factor));
        PerImage.channels(gradients[2], colours, colours + 1)
                .assign(weightGradient.muli(blend.weight()).muli(blend.weight().rsub(1)));
        return gradients;
    }
}
