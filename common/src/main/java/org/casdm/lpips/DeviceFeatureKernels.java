package org.casdm.lpips;

import org.casdm.network.nd4j.kernel.ImageProducts;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/** {@link FeatureKernels} as ND4J operations: for every backend and type of number. */
final class DeviceFeatureKernels implements FeatureKernels {

    private static int[] arguments(TrunkLayer.MaxPool layer) {
        // Kernel, stride, padding, dilation; explicit padding; channels last.
        return new int[] {layer.kernel(), layer.kernel(), layer.stride(), layer.stride(), 0, 0, 1, 1, 0, 0, 1};
    }

    /** Zeros up to the end of the last window: they are no maximum of features that are not negative. */
    private static INDArray padded(INDArray input, TrunkLayer.MaxPool layer, INDArray output) {
        long height = Math.max(input.size(1), (output.size(1) - 1) * layer.stride() + layer.kernel());
        long width = Math.max(input.size(2), (output.size(2) - 1) * layer.stride() + layer.kernel());
        var padded = Nd4j.create(input.dataType(), input.size(0), height, width, input.size(3));
        inside(padded, input).assign(input);
        return padded;
    }

    private static INDArray inside(INDArray padded, INDArray like) {
        return padded.get(
                NDArrayIndex.all(),
                NDArrayIndex.interval(0, like.size(1)),
                NDArrayIndex.interval(0, like.size(2)),
                NDArrayIndex.all());
    }

    @Override
    public void multiply(INDArray input, INDArray weight, INDArray output) {
        ImageProducts.multiply(input, weight, output);
    }

    @Override
    public void maxPool(INDArray input, TrunkLayer.MaxPool layer, INDArray output) {
        Nd4j.exec(DynamicCustomOp.builder("maxpool2d")
                .addInputs(padded(input, layer, output))
                .addOutputs(output)
                .addIntegerArguments(arguments(layer))
                .build());
    }

    @Override
    public void maxPoolBackward(
            INDArray input, TrunkLayer.MaxPool layer, INDArray outputGradient, INDArray inputGradient) {
        var padded = padded(input, layer, outputGradient);
        var gradient = Nd4j.zerosLike(padded);
        Nd4j.exec(DynamicCustomOp.builder("maxpool2d_bp")
                .addInputs(padded, outputGradient)
                .addOutputs(gradient)
                .addIntegerArguments(arguments(layer))
                .build());
        inputGradient.assign(inside(gradient, inputGradient));
    }

    private static INDArray rows(INDArray features) {
        return features.reshape('c', features.size(0), features.size(1) * features.size(2), features.size(3));
    }

    private static INDArray norms(INDArray rows) {
        return rows.norm2(true, 2);
    }

    private static INDArray unitDifference(INDArray first, INDArray second) {
        var a = rows(first);
        var b = rows(second);
        return a.div(norms(a).addi(NORM_EPSILON)).subi(b.div(norms(b).addi(NORM_EPSILON)));
    }

    @Override
    public double[] distances(INDArray first, INDArray second, INDArray lin) {
        var difference = unitDifference(first, second);
        return difference
                .muli(difference)
                .muli(lin.reshape(1, 1, lin.length()))
                .sum(2)
                .mean(1)
                .castTo(DataType.DOUBLE)
                .toDoubleVector();
    }

    @Override
    public void distanceGradient(INDArray first, INDArray second, INDArray lin, INDArray gradient, boolean add) {
        var features = rows(first);
        var norms = norms(features);
        // Features that are all zero: the gradient is taken as zero, so any divisor will do.
        var isZero = norms.eq(0).castTo(norms.dataType());
        var divisors = norms.add(NORM_EPSILON).addi(isZero);
        var unitGradient = unitDifference(first, second)
                .muli(lin.reshape(1, 1, lin.length()))
                .muli(2.0 / features.size(1));
        // d (f / (|f| + e)) = df / (|f| + e) - f (f·df) / (|f| (|f| + e)²)
        var along =
                unitGradient.mul(features).sum(true, 2).divi(norms.add(isZero)).divi(Transforms.pow(divisors, 2));
        var result = unitGradient
                .divi(divisors)
                .subi(features.mul(along))
                .muli(isZero.rsub(1))
                .reshape('c', gradient.shape());
        if (add) {
            gradient.addi(result);
        } else {
            gradient.assign(result);
        }
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
