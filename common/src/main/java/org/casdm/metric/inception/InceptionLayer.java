package org.casdm.metric.inception;

import java.util.List;

/** A part of the Inception network. Sizes are heights or widths in pixels. */
public sealed interface InceptionLayer {

    /** Channels of the output for so many of the input. */
    int outputs(int inputs);

    /** The output's height for an input's. */
    int outputHeight(int height);

    /** The output's width for an input's. */
    int outputWidth(int width);

    /**
     * A convolution, batch norm and ReLU.
     *
     * @param name its tensors' in files begin with it: {@code Mixed_5b.branch1x1}
     * @param paddingHeight zeros above and below
     * @param paddingWidth zeros on the left and on the right
     */
    record Convolution(
            String name,
            int inputs,
            int outputs,
            int kernelHeight,
            int kernelWidth,
            int stride,
            int paddingHeight,
            int paddingWidth)
            implements InceptionLayer {

        @Override
        public int outputs(int inputs) {
            return outputs;
        }

        @Override
        public int outputHeight(int height) {
            return (height + 2 * paddingHeight - kernelHeight) / stride + 1;
        }

        @Override
        public int outputWidth(int width) {
            return (width + 2 * paddingWidth - kernelWidth) / stride + 1;
        }
    }

    /**
     * Averages over 3×3 windows around each pixel, without what is outside of the image, then a convolution of width 1,
     * batch norm and ReLU.
     */
    record AveragedConvolution(Convolution convolution) implements InceptionLayer {

        @Override
        public int outputs(int inputs) {
            return convolution.outputs();
        }

        @Override
        public int outputHeight(int height) {
            return height;
        }

        @Override
        public int outputWidth(int width) {
            return width;
        }
    }

    /**
     * Maxima of 3×3 windows.
     *
     * @param padding pixels outside of the image on each side that windows may reach over; they do not count
     */
    record MaxPool(int stride, int padding) implements InceptionLayer {

        /** Height and width of a window. */
        public static final int KERNEL = 3;

        @Override
        public int outputs(int inputs) {
            return inputs;
        }

        @Override
        public int outputHeight(int height) {
            return (height + 2 * padding - KERNEL) / stride + 1;
        }

        @Override
        public int outputWidth(int width) {
            return outputHeight(width);
        }
    }

    /** Chains of layers on the same input, their outputs' channels one after the other. */
    record Join(List<List<InceptionLayer>> branches) implements InceptionLayer {

        /** Copies the lists. */
        public Join {
            branches = branches.stream().map(List::copyOf).toList();
        }

        @Override
        public int outputs(int inputs) {
            int sum = 0;
            for (var branch : branches) {
                int channels = inputs;
                for (var layer : branch) {
                    channels = layer.outputs(channels);
                }
                sum += channels;
            }
            return sum;
        }

        @Override
        public int outputHeight(int height) {
            int result = height;
            for (var layer : branches.get(0)) {
                result = layer.outputHeight(result);
            }
            return result;
        }

        @Override
        public int outputWidth(int width) {
            int result = width;
            for (var layer : branches.get(0)) {
                result = layer.outputWidth(result);
            }
            return result;
        }
    }
}
