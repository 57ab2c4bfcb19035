package org.casdm.lpips;

import org.casdm.network.nd4j.kernel.Arena;
import org.casdm.network.nd4j.kernel.Operations;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** SqueezeNet's fire module. */
final class FireLayer implements FeatureLayer {

    private final TrunkLayer.Fire layer;
    private final LpipsWeights weights;
    private final FeatureKernels kernels;
    private final Arena arena;
    private INDArray squeezed;

    FireLayer(TrunkLayer.Fire layer, LpipsWeights weights, FeatureKernels kernels, Arena arena) {
        this.layer = layer;
        this.weights = weights;
        this.kernels = kernels;
        this.arena = arena;
    }

    private INDArray weight(String part) {
        return weights.get(layer.name() + "." + part + ".weight");
    }

    private INDArray bias(String part) {
        return weights.get(layer.name() + "." + part + ".bias");
    }

    private void linear(INDArray input, String part, INDArray output) {
        kernels.multiply(input, weight(part), output);
        Operations.addBias(FeatureViews.pixels(output), bias(part));
    }

    @Override
    public INDArray forward(INDArray input, boolean keep) {
        long images = input.size(0);
        long height = input.size(1);
        long width = input.size(2);
        squeezed = arena.take(images, height, width, layer.squeeze());
        linear(input, "squeeze", squeezed);
        Operations.relu(squeezed);
        var narrow = arena.take(images, height, width, layer.expand());
        linear(squeezed, "expand1x1", narrow);
        var wide = arena.take(images, height, width, layer.expand());
        Operations.convolve(squeezed, weight("expand3x3"), bias("expand3x3"), 1, 1, 1, wide);
        var output = arena.take(images, height, width, layer.outputs());
        Operations.concatenate(output, narrow, wide);
        Operations.relu(output);
        arena.release(narrow);
        arena.release(wide);
        if (!keep) {
            release();
        }
        return output;
    }

    private void release() {
        arena.release(squeezed);
        squeezed = null;
    }

    @Override
    public INDArray backward(INDArray input, INDArray output, INDArray outputGradient) {
        Operations.reluBackward(FeatureViews.firstHalf(output), outputGradient);
        var half = FeatureViews.firstHalf(input);
        var narrow = arena.take(half.size(0), half.size(1), half.size(2), layer.expand());
        narrow.assign(channels(outputGradient, 0, layer.expand()));
        var wide = arena.take(narrow.shape());
        wide.assign(channels(outputGradient, layer.expand(), layer.outputs()));
        arena.release(outputGradient);
        var gradient = arena.take(half.size(0), half.size(1), half.size(2), layer.squeeze());
        Operations.convolve(
                wide, weights.inputGradientKernel(layer.name() + ".expand3x3.weight"), null, 1, 1, 1, gradient);
        Operations.multiply(
                FeatureViews.pixels(narrow), false, weight("expand1x1"), true, 1, 1, FeatureViews.pixels(gradient));
        arena.release(narrow);
        arena.release(wide);
        Operations.reluBackward(FeatureViews.firstHalf(squeezed), gradient);
        release();
        var inputGradient = arena.take(half.shape());
        Operations.multiply(
                FeatureViews.pixels(gradient),
                false,
                weight("squeeze"),
                true,
                1,
                0,
                FeatureViews.pixels(inputGradient));
        arena.release(gradient);
        return inputGradient;
    }

    private static INDArray channels(INDArray array, long from, long to) {
        return array.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(from, to));
    }
}
