package org.casdm.metric.classifier;

import java.util.ArrayList;
import java.util.List;
import org.casdm.metric.feature.ImageBatch;
import org.casdm.network.Parameter;
import org.casdm.network.Parameter.Initialisation;
import org.casdm.network.Parameter.Kind;

/**
 * The classifier's layers and parameters: three convolutions with 3×3 kernels, the first two followed by maxima of 2×2
 * windows, a fourth, the mean over all pixels, a layer whose outputs are the features, and a linear map to logits. ReLU
 * after each but the last. A quarter of a million parameters at the default width.
 *
 * @param size width and height of the images, {@value #SMALLEST} to {@value #LARGEST} pixels
 * @param classes at least 2
 * @param width channels of the first convolution, {@value #NARROWEST} to {@value #WIDEST}; those behind it have two and
 *     four times as many
 */
public record ClassifierLayout(int size, int classes, int width) {

    /** The smallest side of an image. */
    public static final int SMALLEST = 8;
    /** The largest side of an image. */
    public static final int LARGEST = 128;
    /** The least channels of the first convolution. */
    public static final int NARROWEST = 4;
    /** The most channels of the first convolution. */
    public static final int WIDEST = 256;
    /** The width of a classifier that is not asked for another. */
    public static final int DEFAULT_WIDTH = 32;
    /** Kernel and stride of the maxima. */
    public static final int POOLING = 2;

    /** Images that are computed at once. */
    public static final int IMAGES_AT_ONCE = 128;
    /** The name of the layer whose outputs are the features. */
    public static final String FEATURE_LAYER = "features";
    /** The name of the linear map to logits. */
    public static final String CLASS_LAYER = "classes";

    private static final int KERNEL = 3;

    /**
     * A convolution of width 3 with padding, and ReLU.
     *
     * @param pooled whether maxima of 2×2 windows follow
     */
    public record Convolution(String name, int inputs, int outputs, boolean pooled) {}

    /** @throws IllegalArgumentException if a number is out of range */
    public ClassifierLayout {
        if (size < SMALLEST || size > LARGEST) {
            throw new IllegalArgumentException(
                    "the classifier takes images of " + SMALLEST + " to " + LARGEST + " pixels a side, not " + size);
        }
        if (classes < 2) {
            throw new IllegalArgumentException("a classifier needs at least 2 classes, not " + classes);
        }
        if (width < NARROWEST || width > WIDEST) {
            throw new IllegalArgumentException(
                    "a classifier's width is " + NARROWEST + " to " + WIDEST + " channels, not " + width);
        }
    }

    /** Features of an image. */
    public int features() {
        return 4 * width;
    }

    /** The convolutions in order. */
    public List<Convolution> convolutions() {
        return List.of(
                new Convolution("convolution1", ImageBatch.CHANNELS, width, true),
                new Convolution("convolution2", width, 2 * width, true),
                new Convolution("convolution3", 2 * width, 4 * width, false),
                new Convolution("convolution4", 4 * width, 4 * width, false));
    }

    /** All parameters in the order of the flat vector. */
    public List<Parameter> parameters() {
        var parameters = new ArrayList<Parameter>();
        for (var convolution : convolutions()) {
            add(
                    parameters,
                    convolution.name(),
                    Kind.CONVOLUTION,
                    Math.sqrt(6.0 / (convolution.inputs() * 9)),
                    convolution.outputs(),
                    convolution.inputs(),
                    KERNEL,
                    KERNEL);
        }
        int channels = convolutions().get(convolutions().size() - 1).outputs();
        add(parameters, FEATURE_LAYER, Kind.MATRIX, Math.sqrt(6.0 / channels), features(), channels);
        add(parameters, CLASS_LAYER, Kind.MATRIX, 1 / Math.sqrt(features()), classes, features());
        return List.copyOf(parameters);
    }

    private static void add(List<Parameter> parameters, String layer, Kind kind, double bound, long... shape) {
        append(parameters, layer + ".weight", kind, new Initialisation.Uniform(bound), shape);
        append(parameters, layer + ".bias", Kind.VECTOR, new Initialisation.Constant(0), shape[0]);
    }

    private static void append(
            List<Parameter> parameters, String name, Kind kind, Initialisation initialisation, long... shape) {
        parameters.add(new Parameter(name, kind, shape, length(parameters), initialisation));
    }

    private static long length(List<Parameter> parameters) {
        if (parameters.isEmpty()) {
            return 0;
        }
        var last = parameters.get(parameters.size() - 1);
        return last.offset() + last.length();
    }

    /** Elements of the flat vector of parameters. */
    public int length() {
        return Math.toIntExact(length(parameters()));
    }
}
