package org.casdm.metric.classifier;

import java.util.ArrayList;
import java.util.List;
import org.casdm.metric.feature.ImageBatch;
import org.casdm.network.Parameter;
import org.casdm.network.Parameter.Initialisation;
import org.casdm.network.Parameter.Kind;

/**
 * The classifier's layers and parameters: three convolutions of width 3, the first two followed by maxima of 2×2
 * windows, a fourth, the mean over all pixels, a layer whose outputs are the features, and a linear map to logits. ReLU
 * after each but the last. A quarter of a million parameters.
 *
 * @param size width and height of the images, {@value #SMALLEST} to {@value #LARGEST} pixels
 * @param classes at least 2
 */
public record ClassifierLayout(int size, int classes) {

    /** The smallest side of an image. */
    public static final int SMALLEST = 8;
    /** The largest side of an image. */
    public static final int LARGEST = 128;
    /** Features of an image. */
    public static final int FEATURES = 128;
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
    }

    /** The convolutions in order. */
    public List<Convolution> convolutions() {
        return List.of(
                new Convolution("convolution1", ImageBatch.CHANNELS, 32, true),
                new Convolution("convolution2", 32, 64, true),
                new Convolution("convolution3", 64, 128, false),
                new Convolution("convolution4", 128, 128, false));
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
        add(parameters, FEATURE_LAYER, Kind.MATRIX, Math.sqrt(6.0 / channels), FEATURES, channels);
        add(parameters, CLASS_LAYER, Kind.MATRIX, 1 / Math.sqrt(FEATURES), classes, FEATURES);
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
