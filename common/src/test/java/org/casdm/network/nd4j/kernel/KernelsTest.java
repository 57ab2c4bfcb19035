package org.casdm.network.nd4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.casdm.testing.Networks;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Both implementations of the kernels give the same numbers. */
class KernelsTest {

    private static final Kernels HOST = new HostKernels(2);
    private static final Kernels ALONE = new HostKernels(1);
    private static final Kernels DEVICE = new DeviceKernels();

    private static INDArray random(long seed, long... shape) {
        return Networks.normal(seed, DataType.FLOAT, shape);
    }

    private static void close(INDArray a, INDArray b) {
        double difference = a.castTo(DataType.DOUBLE)
                .sub(b.castTo(DataType.DOUBLE))
                .norm2Number()
                .doubleValue();
        assertThat(difference)
                .isLessThanOrEqualTo(
                        1e-5 * b.castTo(DataType.DOUBLE).norm2Number().doubleValue());
    }

    @AfterAll
    static void closeThreads() {
        HOST.close();
        ALONE.close();
    }

    @ParameterizedTest
    @CsvSource({
        "2,4,32,true,true",
        "3,9,64,false,true",
        "2,40,96,true,false",
        "1,1,32,false,false",
        "3,5,5120,true,true"
    })
    void normalisation(int images, int side, int channels, boolean modulated, boolean silu) {
        // An offset as large as the spread: the statistics must not lose digits to it.
        var x = random(1, images, side, side, channels).addi(3);
        var norm = new Kernels.Norm(
                32,
                random(2, channels),
                random(3, channels),
                modulated ? random(4, images, 2L * channels) : null,
                silu);
        var gradient = random(5, x.shape());
        var addend = modulated ? random(6, x.shape()) : null;
        INDArray[][] results = new INDArray[3][];
        Kernels[] implementations = {DEVICE, HOST, ALONE};
        for (int i = 0; i < 3; i++) {
            var y = Nd4j.createUninitialized(DataType.FLOAT, x.shape());
            var statistics = Nd4j.create(DataType.FLOAT, images, 2, 32);
            implementations[i].normalise(x, norm, y, statistics);
            var dx = gradient.dup();
            var dw = Nd4j.create(DataType.FLOAT, channels);
            var db = Nd4j.create(DataType.FLOAT, channels);
            var de = modulated ? Nd4j.create(DataType.FLOAT, images, 2L * channels) : Nd4j.scalar(0f);
            implementations[i].normaliseBackward(x, norm, statistics, dx, addend, dw, db, modulated ? de : null);
            results[i] = new INDArray[] {y, statistics, dx, dw, db, de};
        }
        for (int k = 0; k < results[0].length; k++) {
            if (side > 1) {
                close(results[1][k], results[0][k]);
            }
            assertThat(results[2][k]).as("threads").isEqualTo(results[1][k]);
        }
    }

    @Test
    void resizing() {
        var x = random(1, 2, 3, 5, 32);
        var large =
                new INDArray[] {Nd4j.create(DataType.FLOAT, 2, 6, 10, 32), Nd4j.create(DataType.FLOAT, 2, 6, 10, 32)};
        DEVICE.upsample(x, large[0]);
        HOST.upsample(x, large[1]);
        assertThat(large[1]).isEqualTo(large[0]);
        var gradient = random(2, 2, 6, 10, 32);
        var small = new INDArray[] {Nd4j.create(DataType.FLOAT, x.shape()), Nd4j.create(DataType.FLOAT, x.shape())};
        DEVICE.upsampleBackward(gradient, small[0]);
        HOST.upsampleBackward(gradient, small[1]);
        close(small[1], small[0]);
    }

    @Test
    void sums() {
        var x = random(1, 3, 7, 7, 64).addi(1);
        var perImage = new INDArray[] {Nd4j.create(DataType.FLOAT, 3, 64), Nd4j.create(DataType.FLOAT, 3, 64)};
        var rows = new INDArray[] {Nd4j.create(DataType.FLOAT, 64), Nd4j.create(DataType.FLOAT, 64)};
        var added = new INDArray[] {x.dup(), x.dup()};
        Kernels[] implementations = {DEVICE, HOST};
        for (int i = 0; i < 2; i++) {
            implementations[i].sumPerImage(x, perImage[i]);
            implementations[i].sumRows(x.reshape(3 * 49, 64), rows[i]);
            implementations[i].addPerImage(added[i], random(2, 3, 64));
        }
        close(perImage[1], perImage[0]);
        close(rows[1], rows[0]);
        close(added[1], added[0]);
    }

    @Test
    void activations() {
        // Far into both tails.
        var x = Nd4j.linspace(DataType.FLOAT, -40, 0.08, 1000);
        var y = new INDArray[] {Nd4j.create(DataType.FLOAT, 1000), Nd4j.create(DataType.FLOAT, 1000)};
        DEVICE.silu(x, y[0]);
        HOST.silu(x, y[1]);
        close(y[1], y[0]);
        var gradients = new INDArray[] {random(1, 1000), random(1, 1000)};
        DEVICE.siluBackward(x, gradients[0]);
        HOST.siluBackward(x, gradients[1]);
        close(gradients[1], gradients[0]);

        var p = random(3, 4, 30, 50);
        Operations.softmax(p);
        assertThat(p.sum(2).sub(1).norm2Number().doubleValue()).isLessThan(1e-5);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 8})
    void attention(int side) {
        int heads = 4;
        int positions = side * side;
        var joint = random(1, 3, positions, heads * 3L * 8);
        var gradient = random(2, 3, positions, heads * 8L);
        Kernels[] implementations = {DEVICE, HOST, ALONE};
        var results = new INDArray[3][];
        for (int i = 0; i < 3; i++) {
            var probabilities = Nd4j.create(DataType.FLOAT, 3, heads, positions, positions);
            var attended = Nd4j.create(DataType.FLOAT, 3, positions, heads * 8L);
            implementations[i].attend(joint, heads, probabilities, attended);
            var jointGradient = Nd4j.create(DataType.FLOAT, joint.shape());
            implementations[i].attendBackward(joint, heads, probabilities, gradient, jointGradient);
            results[i] = new INDArray[] {probabilities, attended, jointGradient};
        }
        assertThat(results[1][0].sum(3).sub(1).norm2Number().doubleValue()).isLessThan(1e-5);
        for (int k = 0; k < 3; k++) {
            close(results[1][k], results[0][k]);
            assertThat(results[2][k]).as("threads").isEqualTo(results[1][k]);
        }
    }

    @ParameterizedTest
    @CsvSource({"16,40,24", "2000,64,192", "64,300,2000", "1,7,1", "300,1,5000"})
    void products(int rows, int columns, int terms) {
        for (boolean transposeA : new boolean[] {false, true}) {
            for (boolean transposeB : new boolean[] {false, true}) {
                var a = transposeA ? random(1, terms, rows) : random(1, rows, terms);
                var b = transposeB ? random(2, columns, terms) : random(2, terms, columns);
                var expected = random(3, rows, columns);
                DEVICE.multiply(a, transposeA, b, transposeB, 1, expected);
                for (var kernels : new Kernels[] {HOST, ALONE}) {
                    var sum = random(3, rows, columns);
                    kernels.multiply(a, transposeA, b, transposeB, 1, sum);
                    close(sum, expected);
                    // Whatever was there does not count.
                    var product = Nd4j.valueArrayOf(new long[] {rows, columns}, Float.NaN, DataType.FLOAT);
                    kernels.multiply(a, transposeA, b, transposeB, 0, product);
                    close(product.addi(random(3, rows, columns)), expected);
                }
            }
        }
    }

    /** Maps that the products are for, and one on either side of the limit; strides; more and fewer outputs. */
    @ParameterizedTest
    @CsvSource({
        "2,4,4,6,5,1",
        "1,1,1,3,2,1",
        "3,8,8,4,8,1",
        "2,2,7,3,4,1",
        "2,9,9,4,3,1",
        "2,8,8,4,6,2",
        "5,8,8,64,32,1"
    })
    void gradientsOfConvolutionsAgree(int images, int height, int width, int inputs, int outputs, int stride) {
        var x = random(1, images, height, width, inputs);
        var weight = random(2, 3, 3, inputs, outputs);
        var bias = random(3, outputs);
        var gradient = random(4, images, (height + stride - 1) / stride, (width + stride - 1) / stride, outputs);
        var expected = new INDArray[] {like(x), like(weight), like(bias)};
        DEVICE.convolveBackward(x, weight, bias, stride, gradient, expected[0], expected[1], expected[2]);
        for (var kernels : new Kernels[] {HOST, ALONE}) {
            var actual = new INDArray[] {like(x), like(weight), like(bias)};
            kernels.convolveBackward(x, weight, bias, stride, gradient, actual[0], actual[1], actual[2]);
            for (int i = 0; i < actual.length; i++) {
                close(actual[i], expected[i]);
            }
        }
    }

    private static INDArray like(INDArray array) {
        return Nd4j.valueArrayOf(array.shape(), Float.NaN, DataType.FLOAT);
    }

    @Test
    void dropoutKeepsTheRateAndRepeatsItself() {
        for (var kernels : new Kernels[] {HOST, DEVICE}) {
            var x = Nd4j.ones(DataType.FLOAT, 100, 1000);
            kernels.dropout(x, 0.3, 42);
            double kept = x.gt(0).castTo(DataType.INT).sumNumber().doubleValue() / x.length();
            assertThat(kept).isBetween(0.69, 0.71);
            assertThat(x.maxNumber().doubleValue()).isBetween(1 / 0.7 - 1e-5, 1 / 0.7 + 1e-5);
            var again = Nd4j.ones(DataType.FLOAT, 100, 1000);
            kernels.dropout(again, 0.3, 42);
            assertThat(again).isEqualTo(x);
            var other = Nd4j.ones(DataType.FLOAT, 100, 1000);
            kernels.dropout(other, 0.3, 43);
            assertThat(other).isNotEqualTo(x);
        }
    }
}
