package org.casdm.lpips;

import java.util.ArrayList;
import java.util.List;
import org.casdm.network.nd4j.kernel.Arena;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A trunk with its weights: distances of features, and their gradient with respect to the first images. */
final class TrunkNetwork {

    private record Step(FeatureLayer layer, boolean endsSlice) {}

    private final List<Step> steps = new ArrayList<>();
    private final LpipsWeights weights;
    private final FeatureKernels kernels;
    private final Arena arena;

    TrunkNetwork(LpipsWeights weights, FeatureKernels kernels, Arena arena) {
        this.weights = weights;
        this.kernels = kernels;
        this.arena = arena;
        for (var slice : weights.trunk().slices()) {
            for (int i = 0; i < slice.layers().size(); i++) {
                steps.add(new Step(
                        layer(slice.layers().get(i)), i == slice.layers().size() - 1));
            }
        }
    }

    private FeatureLayer layer(TrunkLayer description) {
        if (description instanceof TrunkLayer.Convolution convolution) {
            return new ConvolutionLayer(convolution, weights, arena);
        } else if (description instanceof TrunkLayer.MaxPool pool) {
            return new MaxPoolLayer(pool, kernels, arena);
        } else if (description instanceof TrunkLayer.Fire fire) {
            return new FireLayer(fire, weights, kernels, arena);
        }
        throw new IllegalArgumentException("Unknown layer " + description);
    }

    /** What a comparison gives: distances by slice and image, and the input's gradient, an array of the arena. */
    record Comparison(double[][] distances, INDArray gradient) {}

    /**
     * Compares the first half of the images with the second.
     *
     * @param pairs [2 · images, height, width, 3], scaled as the trunk takes it; goes back to the arena
     * @param withGradient whether the gradient of each image's distance is computed; else it is null
     */
    Comparison compare(INDArray pairs, boolean withGradient) {
        long images = pairs.size(0) / 2;
        var distances = new double[weights.trunk().slices().size()][];
        var activations = new ArrayList<INDArray>();
        activations.add(pairs);
        int slice = 0;
        var current = pairs;
        for (var step : steps) {
            var next = step.layer().forward(current, withGradient);
            if (step.endsSlice()) {
                distances[slice] = kernels.distances(
                        FeatureViews.images(next, 0, images),
                        FeatureViews.images(next, images, 2 * images),
                        weights.lin(slice));
                slice++;
            }
            if (withGradient) {
                activations.add(next);
            } else {
                arena.release(current);
            }
            current = next;
        }
        if (!withGradient) {
            arena.release(current);
            return new Comparison(distances, null);
        }
        return new Comparison(distances, gradient(activations, images));
    }

    private INDArray gradient(List<INDArray> activations, long images) {
        INDArray gradient = null;
        int slice = weights.trunk().slices().size();
        for (int i = steps.size() - 1; i >= 0; i--) {
            var input = activations.get(i);
            var output = activations.get(i + 1);
            if (steps.get(i).endsSlice()) {
                slice--;
                var first = FeatureViews.images(output, 0, images);
                boolean last = gradient == null;
                if (last) {
                    gradient = arena.take(first.shape());
                }
                kernels.distanceGradient(
                        first, FeatureViews.images(output, images, 2 * images), weights.lin(slice), gradient, !last);
            }
            gradient = steps.get(i).layer().backward(input, output, gradient);
            arena.release(output);
        }
        arena.release(activations.get(0));
        return gradient;
    }
}
