package org.casdm.metric.classifier;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.casdm.metric.feature.ImageBatch;
import org.casdm.metric.function.MetricFunction;
import org.casdm.network.nd4j.kernel.Arena;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The perceptual distance of a classifier's features: those of its convolutions, scaled to unit length at each pixel;
 * their squared differences, averaged over pixels and summed over convolutions. It is what LPIPS is without its linear
 * layers (Zhang et al. 2018, equation 1, all weights 1). The classifier's parameters are frozen.
 */
public final class ClassifierMetric implements MetricFunction {

    /** Added to the length of features, as in LPIPS. */
    private static final double EPSILON = 1e-10;

    private final INDArray parameters;
    private final Arena arena;
    /** Convolutions and maxima in turn, up to the last convolution. */
    private final List<Layer> layers = new ArrayList<>();

    /** Reads the classifier that {@code metric.file} names. */
    public static final class Maker implements Factory {

        @Override
        public MetricFunction create(Settings settings) throws IOException {
            if (settings.channels() != ImageBatch.CHANNELS) {
                throw new IllegalArgumentException(
                        "metric.kind = classifier compares coloured images; data.channels = 3 repeats grey ones");
            }
            var file = settings.file()
                    .orElseThrow(() -> new IllegalArgumentException("metric.kind = classifier needs metric.file, a"
                            + " classifier of \"casdm train-classifier\""));
            var classifier = new ClassifierSpec(file).read(settings.hadoop()).classifier();
            int size = classifier.description().size();
            if (size != settings.size()) {
                throw new IllegalArgumentException("The classifier " + file + " takes images of " + size
                        + " pixels, the model has " + settings.size() + ": train one with --size=" + settings.size());
            }
            return new ClassifierMetric(
                    classifier.description().layout(), Nd4j.createFromArray(classifier.parameters()));
        }
    }

    /** @param parameters of the classifier, [length], in memory's layouts; closed with the metric */
    ClassifierMetric(ClassifierLayout layout, INDArray parameters) {
        this.parameters = parameters;
        arena = new Arena(parameters.dataType());
        // Their gradients are computed and not used.
        var gradients = Nd4j.createUninitialized(parameters.dataType(), parameters.length());
        for (var convolution : layout.convolutions()) {
            layers.add(
                    new ConvolutionLayer(LayerParameters.of(layout, convolution.name(), parameters, gradients), arena));
            if (convolution.pooled()) {
                layers.add(new MaxPoolLayer(arena));
            }
        }
    }

    @Override
    public Comparison compare(float[] first, float[] second, int images, int size) {
        var distances = new double[images];
        var gradient = compare(array(first, images, size), array(second, images, size), distances);
        return new Comparison(distances, gradient.castTo(DataType.FLOAT).data().asFloat());
    }

    private INDArray array(float[] values, int images, int size) {
        return Nd4j.createFromArray(values)
                .castTo(parameters.dataType())
                .reshape(images, size, size, ImageBatch.CHANNELS);
    }

    /**
     * As the other {@code compare}, in the parameters' type.
     *
     * @param distances receives the distances
     * @return the gradient
     */
    INDArray compare(INDArray first, INDArray second, double[] distances) {
        // Of a pass that failed.
        arena.abandonTaken();
        int images = distances.length;
        var outputs = new ArrayList<INDArray>();
        var input = arena.take(2L * images, first.size(1), first.size(2), first.size(3));
        part(input, 0, images).assign(first);
        part(input, images, 2 * images).assign(second);
        outputs.add(input);
        for (var layer : layers) {
            outputs.add(layer.forward(outputs.get(outputs.size() - 1)));
        }
        INDArray gradient = null;
        for (int i = layers.size() - 1; i >= 0; i--) {
            var output = outputs.get(i + 1);
            if (gradient == null) {
                gradient = arena.take(output.shape());
                gradient.assign(0);
            }
            if (layers.get(i) instanceof ConvolutionLayer) {
                addDistance(output, images, distances, gradient);
            }
            var next = layers.get(i).backward(outputs.get(i), output, gradient);
            arena.release(gradient);
            arena.release(output);
            gradient = next;
        }
        var ofFirst = part(gradient, 0, images).dup('c');
        arena.release(gradient);
        arena.release(input);
        return ofFirst;
    }

    private static INDArray part(INDArray images, int from, int to) {
        return images.get(NDArrayIndex.interval(from, to));
    }

    /**
     * Adds a convolution's share of the distances, and its gradient with respect to the first images' features.
     *
     * @param features of the first images, then of the second
     * @param gradient of the features; that of the second stays
     */
    private static void addDistance(INDArray features, int images, double[] distances, INDArray gradient) {
        int channels = (int) features.size(3);
        int pixels = (int) (features.size(1) * features.size(2));
        double[] values = features.dup('c').castTo(DataType.DOUBLE).data().asDouble();
        double[] gradients = gradient.dup('c').castTo(DataType.DOUBLE).data().asDouble();
        int second = images * pixels * channels;
        for (int image = 0; image < images; image++) {
            double sum = 0;
            for (int pixel = 0; pixel < pixels; pixel++) {
                int at = (image * pixels + pixel) * channels;
                sum += addPixel(values, at, at + second, channels, 1.0 / pixels, gradients);
            }
            distances[image] += sum;
        }
        gradient.assign(Nd4j.createFromArray(gradients).reshape(gradient.shape()));
    }

    private static double addPixel(
            double[] values, int first, int second, int channels, double weight, double[] gradients) {
        double length = length(values, first, channels);
        double scale = 1 / (length + EPSILON);
        double otherScale = 1 / (length(values, second, channels) + EPSILON);
        double sum = 0;
        double along = 0;
        for (int c = 0; c < channels; c++) {
            double difference = values[first + c] * scale - values[second + c] * otherScale;
            sum += difference * difference;
            along += values[first + c] * difference;
        }
        // u = f / (|f| + ε): du = df / (|f| + ε) - f (f · df) / (|f| (|f| + ε)²). Without features there is no
        // direction.
        double bend = length == 0 ? 0 : along * scale * scale / length;
        for (int c = 0; c < channels; c++) {
            double difference = values[first + c] * scale - values[second + c] * otherScale;
            gradients[first + c] += 2 * weight * (difference * scale - values[first + c] * bend);
        }
        return weight * sum;
    }

    private static double length(double[] values, int from, int count) {
        double sum = 0;
        for (int i = from; i < from + count; i++) {
            sum += values[i] * values[i];
        }
        return Math.sqrt(sum);
    }

    @Override
    public void close() {
        arena.close();
        parameters.close();
    }
}
