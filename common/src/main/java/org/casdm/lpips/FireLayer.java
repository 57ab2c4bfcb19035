package org.casdm.lpips;

import org.casdm.network.nd4j.Arena;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** SqueezeNet's fire module. */
final class FireLayer implements FeatureLayer {

    private final TrunkLayer.Fire layer;
    private final LpipsWeights weights;
    private final Arena arena;
    private INDArray squeezed;

    FireLayer(TrunkLayer.Fire layer, LpipsWeights weights, Arena arena) {
        this.layer = layer;
        this.weights = weights;
        this.arena = arena;
    }

    private INDArray weight(String part) {
        return weights.get(layer.name() + "." + part + ".weight");
    }

    private INDArray bias(String part) {
        return weights.get(layer.name() + "." + part + ".bias");
    }

    private void linear(INDArray input, String part, INDArray output) {
        var pixels = Convolutions.pixels(output);
        Convolutions.multiply(Convolutions.pixels(input), weight(part), false, 0, pixels);
        Convolutions.addBias(pixels, bias(part));
    }

    @Override
    public INDArray forward(INDArray input, boolean keep) {
        long images = input.size(0);
        long height = input.size(1);
        long width = input.size(2);
        squeezed = arena.take(images, height, width, layer.squeeze());
        linear(input, "squeeze", squeezed);
        Convolutions.relu(squeezed);
        var narrow = arena.take(images, height, width, layer.expand());
        linear(squeezed, "expand1x1", narrow);
        var wide = arena.take(images, height, width, layer.expand());
        Convolutions.convolve(squeezed, weight("expand3x3"), bias("expand3x3"), 1, 1, wide);
        var output = arena.take(images, height, width, layer.outputs());
        Convolutions.concatenate(narrow, wide, output);
        Convolutions.relu(output);
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
        Convolutions.reluBackward(Convolutions.firstHalf(output), outputGradient);
        var half = Convolutions.firstHalf(input);
        var narrow = arena.take(half.size(0), half.size(1), half.size(2), layer.expand());
        narrow.assign(channels(outputGradient, 0, layer.expand()));
        var wide = arena.take(narrow.shape());
        wide.assign(channels(outputGradient, layer.expand(), layer.outputs()));
        arena.release(outputGradient);
        var gradient = arena.take(half.size(0), half.size(1), half.size(2), layer.squeeze());
        Convolutions.convolve(wide, weights.inputGradientKernel(layer.name() + ".expand3x3.weight"), null, 1, 1,
                gradient);
        Convolutions.multiply(Convolutions.pixels(narrow), weight("expand1x1"), true, 1,
                Convolutions.pixels(gradient));
        arena.release(narrow);
        arena.release(wide);
        Convolutions.reluBackward(Convolutions.firstHalf(squeezed), gradient);
        release();
        var inputGradient = arena.take(half.shape());
        Convolutions.multiply(Convolutions.pixels(gradient), weight("squeeze"), true, 0,
                Convolutions.pixels(inputGradient));
        arena.release(gradient);
        return inputGradient;
    }

    private static INDArray channels(INDArray array, long from, long to) {
        return array.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(from, to));
    }
}
