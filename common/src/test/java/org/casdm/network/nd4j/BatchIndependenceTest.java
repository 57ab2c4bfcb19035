package org.casdm.network.nd4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Function;
import org.casdm.testing.Networks;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * What images are drawn, compared and described by: an image's result is the same to the last bit in a batch of 16 and
 * in batches of 1, 2, 3 and 7, on one thread and on two, and it is the right one.
 */
class BatchIndependenceTest {

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

    private static void isTheSameInAnyBatch(
            INDArray input, INDArray expected, Function<HostKernels, Function<INDArray, INDArray>> operation) {
        INDArray all = operation.apply(ONE).apply(input);
        assertThat(exact(all).sub(expected).norm2Number().doubleValue())
                .as("error")
                .isLessThanOrEqualTo(3e-6 * expected.norm2Number().doubleValue());
        assertThat(operation.apply(TWO).apply(input)).as("on two threads").isEqualTo(all);
        for (int batch : new int[] {1, 2, 3, 7}) {
            for (int from = 0; from < IMAGES; from += batch) {
                int to = Math.min(from + batch, IMAGES);
                // Compared bit by bit: equal arrays may differ by rounding errors.
                assertThat(operation
                                .apply(ONE)
                                .apply(images(input, from, to))
                                .data()
                                .asFloat())
                        .as("images %d to %d", from, to)
                        .containsExactly(images(all, from, to).data().asFloat());
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
}
