package org.casdm.metric.classifier;

import java.util.ArrayList;
import java.util.List;
import org.casdm.network.nd4j.kernel.Arena;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The classifier on ND4J, forward and backward. Images are [n, size, size, 3] in [-1, 1]. One thread at a time. */
final class ClassifierNetwork implements AutoCloseable {

    private final List<Layer> layers = new ArrayList<>();
    private final Arena arena;
    private final List<INDArray> kept = new ArrayList<>();

    /**
     * Features and logits: arrays of the arena, that the receiver gives back.
     *
     * @param features [n, {@link ClassifierLayout#features}], not negative
     * @param logits [n, classes]
     */
    record Result(INDArray features, INDArray logits) {}

    /**
     * @param values the parameters, [length], in memory's layouts; stay the caller's
     * @param gradients receives their gradients, [length]; null for a network that only computes
     */
    ClassifierNetwork(ClassifierLayout layout, INDArray values, INDArray gradients) {
        arena = new Arena(values.dataType());
        for (var convolution : layout.convolutions()) {
            layers.add(new ConvolutionLayer(parameters(layout, convolution.name(), values, gradients), arena));
            if (convolution.pooled()) {
                layers.add(new MaxPoolLayer(arena));
            }
        }
        layers.add(new MeanLayer(arena));
        layers.add(new LinearLayer(parameters(layout, ClassifierLayout.FEATURE_LAYER, values, gradients), true, arena));
        layers.add(new LinearLayer(parameters(layout, ClassifierLayout.CLASS_LAYER, values, gradients), false, arena));
    }

    private static LayerParameters parameters(
            ClassifierLayout layout, String layer, INDArray values, INDArray gradients) {
        return LayerParameters.of(layout, layer, values, gradients);
    }

    Arena arena() {
        return arena;
    }

    /** @param images an array of the arena; it goes back there */
    Result compute(INDArray images) {
        var current = images;
        for (int i = 0; i < layers.size() - 1; i++) {
            var next = layers.get(i).forward(current);
            arena.release(current);
            current = next;
        }
        return new Result(current, layers.get(layers.size() - 1).forward(current));
    }

    /**
     * Computes logits, and keeps what {@link #backward} needs.
     *
     * @param images an array of the arena; it goes back there by {@code backward}
     * @return [n, classes], which stays the network's
     */
    INDArray forward(INDArray images) {
        kept.clear();
        kept.add(images);
        for (var layer : layers) {
            kept.add(layer.forward(kept.get(kept.size() - 1)));
        }
        return kept.get(kept.size() - 1);
    }

    /**
     * Writes the gradients of the parameters for the last {@link #forward}, which is used up by it.
     *
     * @param logitsGradient [n, classes], an array of the arena; it goes back there
     */
    void backward(INDArray logitsGradient) {
        var gradient = logitsGradient;
        for (int i = layers.size() - 1; i >= 0; i--) {
            var output = kept.get(i + 1);
            var next = layers.get(i).backward(kept.get(i), output, gradient);
            arena.release(gradient);
            arena.release(output);
            gradient = next;
        }
        arena.release(gradient);
        arena.release(kept.get(0));
        kept.clear();
    }

    @Override
    public void close() {
        arena.close();
    }
}
