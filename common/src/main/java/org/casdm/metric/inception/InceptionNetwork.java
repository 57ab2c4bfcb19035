package org.casdm.metric.inception;

import java.util.List;
import org.casdm.metric.inception.InceptionLayer.AveragedConvolution;
import org.casdm.metric.inception.InceptionLayer.Convolution;
import org.casdm.metric.inception.InceptionLayer.Join;
import org.casdm.metric.inception.InceptionLayer.MaxPool;
import org.casdm.network.nd4j.kernel.Arena;
import org.casdm.network.nd4j.kernel.ImageProducts;
import org.casdm.network.nd4j.kernel.Operations;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The Inception network, from prepared images to features. Activations are [images, height, width, channels], arrays of
 * an arena, to which its user returns it.
 */
final class InceptionNetwork {

    private static final int WINDOW = 3;

    private final List<InceptionLayer> upToSpatial = InceptionLayout.upToSpatial();
    private final List<InceptionLayer> afterSpatial = InceptionLayout.afterSpatial();
    private final InceptionWeights weights;
    private final Arena arena;

    InceptionNetwork(InceptionWeights weights, Arena arena) {
        this.weights = weights;
        this.arena = arena;
    }

    /**
     * What images have: arrays of the arena, that the receiver gives back.
     *
     * @param pooled [images, 2048]
     * @param spatial [images, 17, 17, 7]
     * @param logits [images, 1008], without bias
     */
    record Result(INDArray pooled, INDArray spatial, INDArray logits) {}

    /** @param images [images, 299, 299, 3], an array of the arena; it goes back there */
    Result forward(INDArray images) {
        var middle = activated(upToSpatial, images);
        var spatial = arena.take(
                middle.size(0),
                InceptionLayout.SPATIAL_SIDE,
                InceptionLayout.SPATIAL_SIDE,
                InceptionLayout.SPATIAL_CHANNELS);
        spatial.assign(middle.get(
                NDArrayIndex.all(),
                NDArrayIndex.all(),
                NDArrayIndex.all(),
                NDArrayIndex.interval(0, InceptionLayout.SPATIAL_CHANNELS)));
        var last = activated(afterSpatial, middle);
        var means = arena.take(last.size(0), 1, 1, last.size(3));
        Operations.averagePool(last, (int) last.size(1), 1, 0, means);
        arena.release(last);
        var pooled = means.reshape('c', means.size(0), means.size(3));
        var logits = arena.take(pooled.size(0), InceptionLayout.CLASSES);
        ImageProducts.multiply(pooled, weights.classifier(), logits);
        return new Result(means, spatial, logits);
    }

    /** Runs a chain to its end; the input goes back to the arena. */
    private INDArray activated(List<InceptionLayer> chain, INDArray input) {
        var output = chain(chain, input);
        arena.release(input);
        activate(chain.get(chain.size() - 1), output);
        return output;
    }

    /** Runs a chain up to its last ReLU, which stays to be done; the input stays the caller's. */
    private INDArray chain(List<InceptionLayer> chain, INDArray input) {
        var current = input;
        for (int i = 0; i < chain.size(); i++) {
            var next = withoutActivation(chain.get(i), current);
            if (i < chain.size() - 1) {
                activate(chain.get(i), next);
            }
            if (i > 0) {
                arena.release(current);
            }
            current = next;
        }
        return current;
    }

    /** Maxima of what ReLU has left are not negative as they are. */
    private static void activate(InceptionLayer layer, INDArray output) {
        if (!(layer instanceof MaxPool)) {
            Operations.relu(output);
        }
    }

    private INDArray withoutActivation(InceptionLayer layer, INDArray input) {
        if (layer instanceof Convolution convolution) {
            return convolve(convolution, input);
        } else if (layer instanceof AveragedConvolution averaged) {
            return convolveAndAverage(averaged, input);
        } else if (layer instanceof MaxPool pool) {
            return maxPool(pool, input);
        } else if (layer instanceof Join join) {
            return join(join, input);
        }
        throw new IllegalArgumentException("Unknown layer " + layer);
    }

    private INDArray convolve(Convolution convolution, INDArray input) {
        var output = takeOutput(convolution, input);
        var folded = weights.get(convolution);
        Operations.convolve(
                input,
                folded.kernel(),
                folded.bias(),
                convolution.stride(),
                convolution.paddingHeight(),
                convolution.paddingWidth(),
                output);
        return output;
    }

    /**
     * Averages after the convolution in place of before it: both are linear, one over pixels and one over channels, so
     * the result is the same, and there are fewer channels to average.
     */
    private INDArray convolveAndAverage(AveragedConvolution layer, INDArray input) {
        var convolved = convolve(layer.convolution(), input);
        var output = arena.take(convolved.shape());
        Operations.averagePool(convolved, WINDOW, 1, WINDOW / 2, output);
        arena.release(convolved);
        return output;
    }

    private INDArray maxPool(MaxPool pool, INDArray input) {
        var output = takeOutput(pool, input);
        Operations.maxPool(input, MaxPool.KERNEL, pool.stride(), pool.padding(), output);
        return output;
    }

    /** The branches' last ReLU is done once, on the whole. */
    private INDArray join(Join join, INDArray input) {
        var parts = new INDArray[join.branches().size()];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = chain(join.branches().get(i), input);
        }
        var output = takeOutput(join, input);
        Operations.concatenate(output, parts);
        for (var part : parts) {
            arena.release(part);
        }
        return output;
    }

    private INDArray takeOutput(InceptionLayer layer, INDArray input) {
        return arena.take(
                input.size(0),
                layer.outputHeight((int) input.size(1)),
                layer.outputWidth((int) input.size(2)),
                layer.outputs((int) input.size(3)));
    }
}
