package org.casdm.metric.inception;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.casdm.metric.inception.InceptionLayer.AveragedConvolution;
import org.casdm.metric.inception.InceptionLayer.Convolution;
import org.casdm.metric.inception.InceptionLayer.Join;
import org.casdm.metric.inception.InceptionLayer.MaxPool;
import org.casdm.network.Parameter;
import org.casdm.network.Parameter.Initialisation;
import org.casdm.network.Parameter.Kind;
import org.casdm.weights.WeightTensor;

/**
 * The network of the Fréchet Inception Distance (Heusel et al. 2017): Inception v3 (Szegedy et al. 2015, arXiv
 * 1512.00567) as TensorFlow's graph {@code classify_image_graph_def.pb} of 2015-12-05 has it and pytorch-fid's {@code
 * fid_inception_v3} copies it. It differs from torchvision's in that averages leave out what is outside of the image,
 * that the last block pools by maximum, and in its 1008 classes.
 */
public final class InceptionLayout {

    /** Width and height of the images that the network takes. */
    public static final int SIDE = 299;
    /** Pooled features. */
    public static final int POOLED = 2048;
    /** Classes, eight of them never used. */
    public static final int CLASSES = 1008;
    /** Channels of {@link #upToSpatial} that are the spatial features. */
    public static final int SPATIAL_CHANNELS = 7;
    /** Width and height of the spatial features. */
    public static final int SPATIAL_SIDE = 17;
    /** What batch norm adds to the variance. */
    static final double NORM_EPSILON = 1e-3;
    /** The name of the last layer, a linear map from pooled features to logits. */
    static final String CLASSIFIER = "fc";

    private InceptionLayout() {}

    /** From images [299, 299, 3] to {@code Mixed_6d} [17, 17, 768]. */
    public static List<InceptionLayer> upToSpatial() {
        return List.of(
                convolution("Conv2d_1a_3x3", 3, 32, 3, 2),
                convolution("Conv2d_2a_3x3", 32, 32, 3, 1),
                same("Conv2d_2b_3x3", 32, 64, 3, 3),
                new MaxPool(2, 0),
                same("Conv2d_3b_1x1", 64, 80, 1, 1),
                convolution("Conv2d_4a_3x3", 80, 192, 3, 1),
                new MaxPool(2, 0),
                blockA("Mixed_5b", 192, 32),
                blockA("Mixed_5c", 256, 64),
                blockA("Mixed_5d", 288, 64),
                blockB("Mixed_6a", 288),
                blockC("Mixed_6b", 768, 128),
                blockC("Mixed_6c", 768, 160),
                blockC("Mixed_6d", 768, 160));
    }

    /** From {@code Mixed_6d} to [8, 8, 2048], whose means over the pixels are the pooled features. */
    public static List<InceptionLayer> afterSpatial() {
        return List.of(
                blockC("Mixed_6e", 768, 192),
                blockD("Mixed_7a", 768),
                blockE("Mixed_7b", 1280, List.of(averaged("Mixed_7b.branch_pool", 1280, 192))),
                blockE("Mixed_7c", 2048, List.of(new MaxPool(1, 1), same("Mixed_7c.branch_pool", 2048, 192, 1, 1))));
    }

    private static Convolution convolution(String name, int inputs, int outputs, int kernel, int stride) {
        return new Convolution(name, inputs, outputs, kernel, kernel, stride, 0, 0);
    }

    /** A convolution whose output has the size of its input. */
    private static Convolution same(String name, int inputs, int outputs, int height, int width) {
        return new Convolution(name, inputs, outputs, height, width, 1, height / 2, width / 2);
    }

    private static AveragedConvolution averaged(String name, int inputs, int outputs) {
        return new AveragedConvolution(same(name, inputs, outputs, 1, 1));
    }

    private static Join blockA(String name, int inputs, int pooled) {
        return new Join(List.of(
                List.of(same(name + ".branch1x1", inputs, 64, 1, 1)),
                List.of(same(name + ".branch5x5_1", inputs, 48, 1, 1), same(name + ".branch5x5_2", 48, 64, 5, 5)),
                List.of(
                        same(name + ".branch3x3dbl_1", inputs, 64, 1, 1),
                        same(name + ".branch3x3dbl_2", 64, 96, 3, 3),
                        same(name + ".branch3x3dbl_3", 96, 96, 3, 3)),
                List.of(averaged(name + ".branch_pool", inputs, pooled))));
    }

    private static Join blockB(String name, int inputs) {
        return new Join(List.of(
                List.of(convolution(name + ".branch3x3", inputs, 384, 3, 2)),
                List.of(
                        same(name + ".branch3x3dbl_1", inputs, 64, 1, 1),
                        same(name + ".branch3x3dbl_2", 64, 96, 3, 3),
                        convolution(name + ".branch3x3dbl_3", 96, 96, 3, 2)),
                List.of(new MaxPool(2, 0))));
    }

    /** @param width channels of the convolutions 7 long in the middle */
    private static Join blockC(String name, int inputs, int width) {
        return new Join(List.of(
                List.of(same(name + ".branch1x1", inputs, 192, 1, 1)),
                List.of(
                        same(name + ".branch7x7_1", inputs, width, 1, 1),
                        same(name + ".branch7x7_2", width, width, 1, 7),
                        same(name + ".branch7x7_3", width, 192, 7, 1)),
                List.of(
                        same(name + ".branch7x7dbl_1", inputs, width, 1, 1),
                        same(name + ".branch7x7dbl_2", width, width, 7, 1),
                        same(name + ".branch7x7dbl_3", width, width, 1, 7),
                        same(name + ".branch7x7dbl_4", width, width, 7, 1),
                        same(name + ".branch7x7dbl_5", width, 192, 1, 7)),
                List.of(averaged(name + ".branch_pool", inputs, 192))));
    }

    private static Join blockD(String name, int inputs) {
        return new Join(List.of(
                List.of(
                        same(name + ".branch3x3_1", inputs, 192, 1, 1),
                        convolution(name + ".branch3x3_2", 192, 320, 3, 2)),
                List.of(
                        same(name + ".branch7x7x3_1", inputs, 192, 1, 1),
                        same(name + ".branch7x7x3_2", 192, 192, 1, 7),
                        same(name + ".branch7x7x3_3", 192, 192, 7, 1),
                        convolution(name + ".branch7x7x3_4", 192, 192, 3, 2)),
                List.of(new MaxPool(2, 0))));
    }

    private static Join blockE(String name, int inputs, List<InceptionLayer> pool) {
        return new Join(List.of(
                List.of(same(name + ".branch1x1", inputs, 320, 1, 1)),
                List.of(same(name + ".branch3x3_1", inputs, 384, 1, 1), fork(name + ".branch3x3_2", 384)),
                List.of(
                        same(name + ".branch3x3dbl_1", inputs, 448, 1, 1),
                        same(name + ".branch3x3dbl_2", 448, 384, 3, 3),
                        fork(name + ".branch3x3dbl_3", 384)),
                pool));
    }

    private static Join fork(String name, int channels) {
        return new Join(List.of(
                List.of(same(name + "a", channels, channels, 1, 3)),
                List.of(same(name + "b", channels, channels, 3, 1))));
    }

    /** All convolutions, from the image on. */
    public static List<Convolution> convolutions() {
        var all = new ArrayList<Convolution>();
        upToSpatial().forEach(layer -> visit(layer, all::add));
        afterSpatial().forEach(layer -> visit(layer, all::add));
        return List.copyOf(all);
    }

    private static void visit(InceptionLayer layer, Consumer<Convolution> visitor) {
        if (layer instanceof Convolution convolution) {
            visitor.accept(convolution);
        } else if (layer instanceof AveragedConvolution averaged) {
            visitor.accept(averaged.convolution());
        } else if (layer instanceof Join join) {
            join.branches().forEach(branch -> branch.forEach(inner -> visit(inner, visitor)));
        }
    }

    /** The kernel of a convolution: {@code Mixed_5b.branch1x1.conv.weight}. */
    static WeightTensor kernel(Convolution convolution) {
        long fanIn = (long) convolution.inputs() * convolution.kernelHeight() * convolution.kernelWidth();
        // He et al. 2015: keeps the size of activations through ReLUs. Uniform in ±√(6 / fan-in).
        return tensor(
                convolution.name() + ".conv.weight",
                Kind.CONVOLUTION,
                new Initialisation.Uniform(Math.sqrt(6.0 / fanIn)),
                convolution.outputs(),
                convolution.inputs(),
                convolution.kernelHeight(),
                convolution.kernelWidth());
    }

    /** A vector of its batch norm: {@code weight}, {@code bias}, {@code running_mean} or {@code running_var}. */
    static WeightTensor norm(Convolution convolution, String vector) {
        boolean factor = vector.equals("weight") || vector.equals("running_var");
        return tensor(
                convolution.name() + ".bn." + vector,
                Kind.VECTOR,
                new Initialisation.Constant(factor ? 1 : 0),
                convolution.outputs());
    }

    /** The matrix of the classifier. */
    static WeightTensor classifierWeight() {
        return tensor(
                CLASSIFIER + ".weight",
                Kind.MATRIX,
                new Initialisation.Uniform(1 / Math.sqrt(POOLED)),
                CLASSES,
                POOLED);
    }

    /** The bias of the classifier. */
    static WeightTensor classifierBias() {
        return tensor(CLASSIFIER + ".bias", Kind.VECTOR, new Initialisation.Constant(0), CLASSES);
    }

    private static WeightTensor tensor(String name, Kind kind, Initialisation initialisation, long... shape) {
        return WeightTensor.of(new Parameter(name, kind, shape, 0, initialisation));
    }

    /** All tensors that a file of weights holds. */
    static List<WeightTensor> tensors() {
        var tensors = new ArrayList<WeightTensor>();
        for (var convolution : convolutions()) {
            tensors.add(kernel(convolution));
            for (String vector : List.of("weight", "bias", "running_mean", "running_var")) {
                tensors.add(norm(convolution, vector));
            }
        }
        tensors.add(classifierWeight());
        tensors.add(classifierBias());
        return List.copyOf(tensors);
    }
}
