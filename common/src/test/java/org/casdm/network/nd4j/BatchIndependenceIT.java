package org.casdm.network.nd4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.casdm.network.UNetParameters;
import org.casdm.network.UNetSpec;
import org.casdm.network.nd4j.kernel.DeviceKernels;
import org.casdm.network.nd4j.kernel.HostKernels;
import org.casdm.network.nd4j.kernel.Kernels;
import org.casdm.testing.Networks;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * What images are drawn, compared and described by: an image's result is the same to the last bit in a batch of 16 and
 * in batches of 1, 2, 3 and 7, on one thread and on two, and it is the right one.
 */
class BatchIndependenceIT {

    private static final int IMAGES = 16;
    private static final HostKernels ONE = new HostKernels(1);
    private static final HostKernels TWO = new HostKernels(2);
    private static final Kernels EXACT = new DeviceKernels();

    @AfterAll
    static void closeThreads() {
        ONE.close();
        TWO.close();
    }

    private static INDArray random(long seed, long... shape) {
        return Networks.normal(seed, DataType.FLOAT, shape);
    }

    private static INDArray exact(INDArray array) {
        return array.castTo(DataType.DOUBLE);
    }

    private static INDArray images(INDArray all, int from, int to) {
        var part = all.reshape('c', all.size(0), all.length() / all.size(0))
                .get(NDArrayIndex.interval(from, to), NDArrayIndex.all())
                .dup('c');
        var shape = all.shape().clone();
        shape[0] = part.size(0);
        return part.reshape('c', shape);
    }

    /** Bit by bit: ND4J's equality allows for rounding errors. */
    private static void assertSameBits(INDArray actual, INDArray expected, int from, int to) {
        assertThat(Arrays.equals(actual.data().asFloat(), expected.data().asFloat()))
                .as("images %d to %d have the same bits", from, to)
                .isTrue();
    }

    private static void isTheSameInAnyBatch(
            INDArray input, INDArray expected, Function<HostKernels, Function<INDArray, INDArray>> operation) {
        INDArray all = operation.apply(ONE).apply(input);
        assertThat(exact(all).sub(expected).norm2Number().doubleValue())
                .as("error")
                .isLessThanOrEqualTo(3e-6 * expected.norm2Number().doubleValue());
        assertSameBits(operation.apply(TWO).apply(input), all, 0, IMAGES);
        for (int batch : new int[] {1, 2, 3, 7}) {
            for (int from = 0; from < IMAGES; from += batch) {
                int to = Math.min(from + batch, IMAGES);
                assertSameBits(operation.apply(ONE).apply(images(input, from, to)), images(all, from, to), from, to);
            }
        }
    }

    /** The embedding of timesteps with its one row; odd maps; few columns; sums over many terms. */
    @ParameterizedTest
    @CsvSource({
        "1,32,128",
        "1,128,512",
        "1,2048,1008",
        "225,64,16",
        "49,256,32",
        "9,512,64",
        "64,128,384",
        "256,32,64",
        "169,384,48",
        "4,1024,512",
        "15,4608,33"
    })
    void products(int rows, int terms, int columns) {
        var input = random(1, IMAGES, rows, terms);
        var weight = random(2, terms, columns);
        var expected = Nd4j.create(DataType.DOUBLE, (long) IMAGES * rows, columns);
        EXACT.multiply(
                exact(input).reshape('c', (long) IMAGES * rows, terms), false, exact(weight), false, 0, expected);
        isTheSameInAnyBatch(input, expected.reshape('c', IMAGES, rows, columns), kernels -> batch -> {
            var output = Nd4j.create(DataType.FLOAT, batch.size(0), rows, columns);
            kernels.multiplyImages(batch, weight, output);
            return output;
        });
    }

    /** By Winograd's method with a strip and with several, by patches in one part and in several; odd maps. */
    @ParameterizedTest
    @CsvSource({
        "16,16,64,64,1",
        "32,32,32,96,1",
        "48,16,64,32,1",
        "32,32,3,64,1",
        "32,32,64,3,1",
        "8,8,128,64,1",
        "4,4,256,128,1",
        "15,15,64,16,1",
        "7,7,256,32,1",
        "3,3,512,64,1",
        "16,16,64,64,2",
        "7,9,96,32,2",
        "64,64,32,4,1"
    })
    void convolutions(int height, int width, int in, int out, int stride) {
        var input = random(1, IMAGES, height, width, in);
        var weight = random(2, 3, 3, in, out);
        var bias = random(3, out);
        long[] shape = {IMAGES, (height + stride - 1) / stride, (width + stride - 1) / stride, out};
        var expected = Nd4j.create(DataType.DOUBLE, shape);
        EXACT.convolve(exact(input), exact(weight), exact(bias), stride, expected);
        isTheSameInAnyBatch(input, expected, kernels -> batch -> {
            var output = Nd4j.create(DataType.FLOAT, batch.size(0), shape[1], shape[2], out);
            kernels.convolveImages(batch, weight, bias, stride, output);
            return output;
        });
    }

    /** In one block of rows and in several; odd maps. */
    @ParameterizedTest
    @CsvSource({"16,4,32", "256,2,32", "49,1,24", "225,2,16", "9,4,8", "400,1,32"})
    void attention(int positions, int heads, int width) {
        var joint = random(1, IMAGES, positions, 3L * heads * width);
        var expected = Nd4j.create(DataType.DOUBLE, IMAGES, positions, (long) heads * width);
        EXACT.attend(exact(joint), heads, null, expected);
        isTheSameInAnyBatch(joint, expected, kernels -> batch -> {
            var attended = Nd4j.create(DataType.FLOAT, batch.size(0), positions, (long) heads * width);
            kernels.attend(batch, heads, null, attended);
            return attended;
        });
    }

    /** All of a network, with attention, classes and changes of size: its floats, not the bytes of an image. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void network(int threads) {
        var spec = new UNetSpec(3, 7, 32, List.of(1, 2, 2), 1, List.of(2, 4), 2, true, 0, 3);
        var parameters = random(1, UNetParameters.of(spec).length()).muli(0.06);
        var x = random(2, IMAGES, 16, 16, 3);
        var timesteps = Nd4j.arange(IMAGES).castTo(DataType.FLOAT).reshape(IMAGES, 1);
        var labels = Nd4j.create(DataType.FLOAT, IMAGES, 1);
        for (int i = 0; i < IMAGES; i++) {
            labels.putScalar(i, i % 3);
        }
        try (var alone = new Nd4jUNet(spec, parameters, null, 1);
                var network = new Nd4jUNet(spec, parameters, null, threads)) {
            var all = alone.forward(x, timesteps, labels, false).dup('c');
            for (int batch : new int[] {IMAGES, 1, 2, 3, 7}) {
                for (int from = 0; from < IMAGES; from += batch) {
                    int to = Math.min(from + batch, IMAGES);
                    var part = network.forward(
                            images(x, from, to), images(timesteps, from, to), images(labels, from, to), false);
                    assertSameBits(part, images(all, from, to), from, to);
                }
            }
        }
    }
}
