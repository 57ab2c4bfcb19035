package org.casdm.lpips;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.casdm.lpips.TrunkLayer.Convolution;
import org.casdm.lpips.TrunkLayer.Fire;
import org.casdm.lpips.TrunkLayer.MaxPool;
import org.casdm.network.Parameter;
import org.casdm.network.Parameter.Initialisation;
import org.casdm.weights.WeightTensor;

/**
 * The networks whose features LPIPS compares: what layers they have and what their tensors are called in files. The
 * layers are those of torchvision's {@code features}, cut into slices as lpips 0.1.4 does ({@code
 * pretrained_networks.py}); each slice's output is compared.
 */
public enum Trunk {

    /** VGG-16 (Simonyan &amp; Zisserman 2014). */
    VGG(vgg()),
    /** AlexNet in torchvision's version (Krizhevsky 2014). */
    ALEX(List.of(
            slice(convolution(0, 3, 64, 11, 4, 2)),
            slice(new MaxPool(64, 3, 2, false), convolution(3, 64, 192, 5, 1, 2)),
            slice(new MaxPool(192, 3, 2, false), convolution(6, 192, 384, 3, 1, 1)),
            slice(convolution(8, 384, 256, 3, 1, 1)),
            slice(convolution(10, 256, 256, 3, 1, 1)))),
    /** SqueezeNet 1.1 (Iandola et al. 2016). */
    SQUEEZE(List.of(
            slice(convolution(0, 3, 64, 3, 2, 0)),
            slice(new MaxPool(64, 3, 2, true), fire(3, 64, 16, 64), fire(4, 128, 16, 64)),
            slice(new MaxPool(128, 3, 2, true), fire(6, 128, 32, 128), fire(7, 256, 32, 128)),
            slice(new MaxPool(256, 3, 2, true), fire(9, 256, 48, 192)),
            slice(fire(10, 384, 48, 192)),
            slice(fire(11, 384, 64, 256)),
            slice(fire(12, 512, 64, 256))));

    /**
     * Layers up to a point where features are compared.
     *
     * @param layers in order
     */
    public record Slice(List<TrunkLayer> layers) {

        public Slice {
            layers = List.copyOf(layers);
        }

        /** Channels of the features. */
        public int channels() {
            return layers.get(layers.size() - 1).outputs();
        }
    }

    private final List<Slice> slices;

    Trunk(List<Slice> slices) {
        this.slices = slices;
    }

    private static List<Slice> vgg() {
        int[][] widths = {{64, 64}, {128, 128}, {256, 256, 256}, {512, 512, 512}, {512, 512, 512}};
        var slices = new ArrayList<Slice>();
        int index = 0;
        int channels = 3;
        for (int[] ofSlice : widths) {
            var layers = new ArrayList<TrunkLayer>();
            if (!slices.isEmpty()) {
                layers.add(new MaxPool(channels, 2, 2, false));
                index++;
            }
            for (int width : ofSlice) {
                layers.add(convolution(index, channels, width, 3, 1, 1));
                channels = width;
                // The ReLU has a number too.
                index += 2;
            }
            slices.add(new Slice(layers));
        }
        return List.copyOf(slices);
    }

    private static Slice slice(TrunkLayer... layers) {
        return new Slice(List.of(layers));
    }

    private static Convolution convolution(int index, int inputs, int outputs, int kernel, int stride, int padding) {
        return new Convolution("features." + index, inputs, outputs, kernel, stride, padding);
    }

    private static Fire fire(int index, int inputs, int squeeze, int expand) {
        return new Fire("features." + index, inputs, squeeze, expand);
    }

    /** The slices in order. */
    public List<Slice> slices() {
        return slices;
    }

    /**
     * The trunk's tensors. Files call them {@code features.0.weight} (torchvision), {@code slice1.0.weight} or {@code
     * net.slice1.0.weight} (lpips).
     */
    public List<WeightTensor> tensors() {
        var tensors = new ArrayList<WeightTensor>();
        for (int i = 0; i < slices.size(); i++) {
            for (var layer : slices.get(i).layers()) {
                if (layer instanceof Convolution c) {
                    addConvolution(tensors, i, c.name(), c.inputs(), c.outputs(), c.kernel());
                } else if (layer instanceof Fire f) {
                    addConvolution(tensors, i, f.name() + ".squeeze", f.inputs(), f.squeeze(), 1);
                    addConvolution(tensors, i, f.name() + ".expand1x1", f.squeeze(), f.expand(), 1);
                    addConvolution(tensors, i, f.name() + ".expand3x3", f.squeeze(), f.expand(), 3);
                }
            }
        }
        return List.copyOf(tensors);
    }

    private static void addConvolution(
            List<WeightTensor> tensors, int slice, String name, int inputs, int outputs, int kernel) {
        // He et al. 2015: keeps the size of activations through ReLUs. Uniform in ±√(6 / fan-in).
        var initialisation = new Initialisation.Uniform(Math.sqrt(6.0 / (inputs * kernel * kernel)));
        var kind = kernel == 1 ? Parameter.Kind.MATRIX : Parameter.Kind.CONVOLUTION;
        add(tensors, slice, name + ".weight", kind, initialisation, outputs, inputs, kernel, kernel);
        add(tensors, slice, name + ".bias", Parameter.Kind.VECTOR, new Initialisation.Constant(0), outputs);
    }

    private static void add(
            List<WeightTensor> tensors,
            int slice,
            String name,
            Parameter.Kind kind,
            Initialisation initialisation,
            long... shape) {
        String inSlice = name.replaceFirst("features", "slice" + (slice + 1));
        tensors.add(new WeightTensor(
                new Parameter(name, kind, shape, 0, initialisation), List.of(name, inSlice, "net." + inSlice)));
    }

    /**
     * The linear layers' tensors, one weight for each channel of a slice's features: {@code lin0.model.1.weight} in the
     * published files, {@code lins.0.model.1.weight} in a saved lpips module.
     */
    public List<WeightTensor> linTensors() {
        var tensors = new ArrayList<WeightTensor>();
        for (int i = 0; i < slices.size(); i++) {
            String name = "lin" + i + ".model.1.weight";
            var parameter = new Parameter(
                    name,
                    Parameter.Kind.VECTOR,
                    new long[] {1, slices.get(i).channels(), 1, 1},
                    0,
                    new Initialisation.Uniform(1));
            tensors.add(new WeightTensor(parameter, List.of(name, "lins." + i + ".model.1.weight")));
        }
        return List.copyOf(tensors);
    }

    /**
     * Checks that no layer is left without pixels.
     *
     * @throws IllegalArgumentException if an image is too small for this network
     */
    public void requireSize(int height, int width) {
        if (!fits(Math.min(height, width))) {
            throw new IllegalArgumentException("LPIPS with trunk " + name().toLowerCase(Locale.ROOT) + ": images of "
                    + height + "x" + width + " pixels are too small, the smaller side must be at least "
                    + smallestSize() + "; let them be resized (lpips.resize = 224) or choose another trunk");
        }
    }

    /** The smallest side of an image that the network takes, in pixels. */
    public int smallestSize() {
        int size = 1;
        while (!fits(size)) {
            size++;
        }
        return size;
    }

    private boolean fits(int side) {
        int size = side;
        for (var slice : slices) {
            for (var layer : slice.layers()) {
                size = layer.outputSize(size);
                if (size < 1) {
                    return false;
                }
            }
        }
        return true;
    }
}
