package org.casdm.lpips;

/** A layer of a feature network. Sizes are heights or widths in pixels; all kernels are square. */
public sealed interface TrunkLayer {

    /** Channels of the output. */
    int outputs();

    /** The output's side for an input's; below 1 if the input is too small. */
    int outputSize(int inputSize);

    /**
     * A convolution with bias, then ReLU.
     *
     * @param name torchvision's, for example {@code features.0}
     */
    record Convolution(String name, int inputs, int outputs, int kernel, int stride, int padding)
            implements TrunkLayer {

        @Override
        public int outputSize(int inputSize) {
            return Math.floorDiv(inputSize + 2 * padding - kernel, stride) + 1;
        }
    }

    /**
     * Maximum over windows, without padding.
     *
     * @param ceil whether a last window that reaches over the edge counts (with what it has inside), as PyTorch's
     *        {@code ceil_mode}
     */
    record MaxPool(int outputs, int kernel, int stride, boolean ceil) implements TrunkLayer {

        @Override
        public int outputSize(int inputSize) {
            int size = Math.floorDiv(inputSize - kernel + (ceil ? stride - 1 : 0), stride) + 1;
            // A window has to start inside.
            return ceil && (size - 1) * stride >= inputSize ? size - 1 : size;
        }
    }

    /**
     * SqueezeNet's module (Iandola et al. 2016): a 1×1 convolution to few channels, then a 1×1 and a 3×3 convolution of
     * these side by side, ReLU after each.
     *
     * @param name torchvision's, for example {@code features.3}
     * @param squeeze channels between
     * @param expand channels of each of the two outputs
     */
    record Fire(String name, int inputs, int squeeze, int expand) implements TrunkLayer {

        @Override
        public int outputs() {
            return 2 * expand;
        }

        @Override
        public int outputSize(int inputSize) {
            return inputSize;
        }
    }
}
