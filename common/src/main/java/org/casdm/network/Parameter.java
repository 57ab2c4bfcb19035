package org.casdm.network;

import java.io.Serializable;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * One parameter tensor: its name and shape in files, and where and how it lies in the network's flat vector.
 *
 * <p>Files have PyTorch's layouts. In memory the innermost dimension is always the output channel, so that
 * channels-last activations are multiplied without a transpose.
 *
 * @param name improved-diffusion's name, for example {@code input_blocks.1.0.in_layers.2.weight}
 * @param kind what it is, which fixes the two layouts
 * @param fileShape shape in files, PyTorch's
 * @param offset first element in the flat vector
 * @param initialisation how a fresh network fills it
 */
public record Parameter(String name, Kind kind, long[] fileShape, long offset, Initialisation initialisation)
        implements Serializable {

    /** What a parameter is; in brackets its shape in files and in memory. */
    public enum Kind {
        /** Convolution kernel, [out, in, height, width] and [height, width, in, out]. */
        CONVOLUTION,
        /** Matrix of a linear map or a convolution of width 1, [out, in(, 1(, 1))] and [in, out]. */
        MATRIX,
        /** Bias, scale or shift, [n] in both. */
        VECTOR,
        /** One row for each class, [classes, n] in both. */
        EMBEDDING
    }

    /** How a fresh network fills a parameter, as PyTorch and improved-diffusion do. */
    public sealed interface Initialisation extends Serializable {

        /** Fills {@code values} from {@code start} to before {@code end}. */
        void fill(float[] values, int start, int end, SplittableRandom random);

        /** The same value everywhere: 0 or 1. */
        record Constant(float value) implements Initialisation {
            @Override
            public void fill(float[] values, int start, int end, SplittableRandom random) {
                Arrays.fill(values, start, end, value);
            }
        }

        /** Uniform in [-bound, bound]: bound = 1 / √fan-in, PyTorch's default for linear maps and convolutions. */
        record Uniform(double bound) implements Initialisation {
            @Override
            public void fill(float[] values, int start, int end, SplittableRandom random) {
                for (int i = start; i < end; i++) {
                    values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
                }
            }
        }

        /** Standard normal, PyTorch's default for embeddings. */
        record Normal() implements Initialisation {
            @Override
            public void fill(float[] values, int start, int end, SplittableRandom random) {
                for (int i = start; i < end; i++) {
                    values[i] = (float) random.nextGaussian();
                }
            }
        }
    }

    public Parameter {
        fileShape = fileShape.clone();
    }

    @Override
    public long[] fileShape() {
        return fileShape.clone();
    }

    /** Number of elements. */
    public long length() {
        return Arrays.stream(fileShape).reduce(1, Math::multiplyExact);
    }

    /** The shape in the flat vector, in C order. */
    public long[] memoryShape() {
        return switch (kind) {
            case CONVOLUTION -> new long[] {fileShape[2], fileShape[3], fileShape[1], fileShape[0]};
            case MATRIX -> new long[] {fileShape[1], fileShape[0]};
            case VECTOR, EMBEDDING -> fileShape();
        };
    }

    /**
     * Copies this parameter from memory's layout to the file's.
     *
     * @param memory values in memory's layout, from {@code memoryStart}
     * @param file receives {@link #length()} values in the file's layout
     */
    public void toFile(float[] memory, int memoryStart, float[] file) {
        int outputs = Math.toIntExact(fileShape[0]);
        int rest = Math.toIntExact(length() / Math.max(outputs, 1));
        switch (kind) {
            case VECTOR, EMBEDDING -> System.arraycopy(memory, memoryStart, file, 0, Math.toIntExact(length()));
            case MATRIX, CONVOLUTION -> {
                int inputs = Math.toIntExact(fileShape[1]);
                int taps = rest / inputs;
                for (int output = 0; output < outputs; output++) {
                    for (int input = 0; input < inputs; input++) {
                        for (int tap = 0; tap < taps; tap++) {
                            file[(output * inputs + input) * taps + tap] =
                                    memory[memoryStart + (tap * inputs + input) * outputs + output];
                        }
                    }
                }
            }
        }
    }

    /** Copies this parameter from the file's layout to memory's: the inverse of {@link #toFile}. */
    public void fromFile(float[] file, float[] memory, int memoryStart) {
        int outputs = Math.toIntExact(fileShape[0]);
        int rest = Math.toIntExact(length() / Math.max(outputs, 1));
        switch (kind) {
            case VECTOR, EMBEDDING -> System.arraycopy(file, 0, memory, memoryStart, Math.toIntExact(length()));
            case MATRIX, CONVOLUTION -> {
                int inputs = Math.toIntExact(fileShape[1]);
                int taps = rest / inputs;
                for (int tap = 0; tap < taps; tap++) {
                    for (int input = 0; input < inputs; input++) {
                        for (int output = 0; output < outputs; output++) {
                            memory[memoryStart + (tap * inputs + input) * outputs + output] =
                                    file[(output * inputs + input) * taps + tap];
                        }
                    }
                }
            }
        }
    }
}
