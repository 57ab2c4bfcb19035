package org.casdm.network.nd4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.casdm.network.nd4j.kernel.KernelChecks.close;
import static org.casdm.network.nd4j.kernel.KernelChecks.exact;
import static org.casdm.network.nd4j.kernel.KernelChecks.like;
import static org.casdm.network.nd4j.kernel.KernelChecks.random;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The kernels with vector instructions, whatever this processor's are, against double precision. They are an integration
 * test since the JVM of the fast ones has neither the module nor the compiler that they need.
 */
class VectorKernelsIT {

    private static final Kernels EXACT = new DeviceKernels();
    private static final HostKernels TWO = new HostKernels(2, true);
    private static final HostKernels ONE = new HostKernels(1, true);

    @AfterAll
    static void closeThreads() {
        TWO.close();
        ONE.close();
    }

    private static INDArray images(INDArray batch, int from, int to) {
        return batch.get(NDArrayIndex.interval(from, to)).dup('c');
    }

    /**
     * One image; maps that are not square; blocks of several images, the last one with fewer; wide and narrow parts of
     * products; rows that are powers of two apart; several groups of the weights' gradient.
     */
    @ParameterizedTest
    @CsvSource({
        "1,32,32,64,64",
        "2,64,36,32,96",
        "4,16,16,96,32",
        "5,20,28,64,32",
        "3,64,64,64,64",
        "37,4,4,32,32",
        "8,8,8,256,128"
    })
    void convolution(int images, int height, int width, int in, int out) {
        var x = random(1, images, height, width, in);
        var weight = random(2, 3, 3, in, out);
        assertThat(VectorConvolution.suits(x, weight)).isTrue();

        KernelChecks.convolution(x, weight, 3e-6, 4e-6, TWO, ONE);
    }

    @Test
    void anImageDoesNotDependOnTheOthers() {
        var weight = random(2, 3, 3, 64, 32);
        var bias = random(3, 32);
        var x = random(1, 5, 16, 16, 64);
        var together = Nd4j.create(DataType.FLOAT, 5, 16, 16, 32);
        assertThat(VectorConvolution.suitsImage(x, weight)).isTrue();
        TWO.convolveImages(x, weight, bias, 1, together);
        var alone = Nd4j.create(DataType.FLOAT, 1, 16, 16, 32);
        ONE.convolveImages(images(x, 3, 4), weight, bias, 1, alone);
        assertThat(alone).isEqualTo(images(together, 3, 4));

        var joint = random(4, 5, 49, 3 * 64);
        var attended = Nd4j.create(DataType.FLOAT, 5, 49, 64);
        TWO.attend(joint, 2, null, attended);
        var oneAttended = Nd4j.create(DataType.FLOAT, 1, 49, 64);
        ONE.attend(images(joint, 3, 4), 2, null, oneAttended);
        assertThat(oneAttended).isEqualTo(images(attended, 3, 4));
    }

    /** Numbers of positions that fill no vector, no part of a product, or several blocks of scores. */
    @ParameterizedTest
    @CsvSource({"2,16,64,4", "1,49,64,2", "3,64,96,3", "2,300,32,1", "1,1024,64,1"})
    void attention(int images, int positions, int channels, int heads) {
        // Scores far from zero: their exponentials must neither overflow nor lose the small ones.
        var joint = random(1, images, positions, 3L * channels).muli(3);
        var gradient = random(2, images, positions, channels);
        assertThat(VectorAttention.suits(joint, heads)).isTrue();
        var probabilities = Nd4j.create(DataType.DOUBLE, images, heads, positions, positions);
        var attended = Nd4j.create(DataType.DOUBLE, images, positions, channels);
        var jointGradient = Nd4j.create(DataType.DOUBLE, images, positions, 3L * channels);
        EXACT.attend(exact(joint), heads, probabilities, attended);
        EXACT.attendBackward(exact(joint), heads, probabilities, exact(gradient), jointGradient);
        INDArray[] first = null;
        for (var kernels : new Kernels[] {TWO, ONE}) {
            var actual = new INDArray[] {
                like(probabilities, DataType.FLOAT),
                like(attended, DataType.FLOAT),
                like(jointGradient, DataType.FLOAT),
                like(attended, DataType.FLOAT)
            };
            kernels.attend(joint, heads, actual[0], actual[1]);
            kernels.attendBackward(joint, heads, actual[0], gradient, actual[2]);
            kernels.attend(joint, heads, null, actual[3]);
            close(actual[0], probabilities, 3e-6);
            close(actual[1], attended, 3e-6);
            close(actual[2], jointGradient, 3e-6);
            assertThat(actual[3]).as("without probabilities").isEqualTo(actual[1]);
            first = first == null ? actual : first;
            assertThat(actual).as("bit for bit, for any number of threads").isEqualTo(first);
        }
    }

    /** Values beyond the bound of the logistic function's approximation too. */
    @ParameterizedTest
    @CsvSource({"2,9,64,1", "3,32,32,20", "1,5,96,1"})
    void normalisationWithSilu(int images, int side, int channels, double spread) {
        var x = random(1, images, side, side, channels).addi(3);
        var norm = new Kernels.Norm(
                32, random(2, channels).muli(spread), random(3, channels), random(4, images, 2L * channels), true);
        var exactNorm = new Kernels.Norm(32, exact(norm.weight()), exact(norm.bias()), exact(norm.scaleShift()), true);
        var gradient = random(5, x.shape());
        var addend = random(6, x.shape());
        INDArray[][] results = new INDArray[3][];
        Kernels[] implementations = {EXACT, TWO, ONE};
        for (int i = 0; i < 3; i++) {
            boolean isExact = i == 0;
            var type = isExact ? DataType.DOUBLE : DataType.FLOAT;
            var input = x.castTo(type);
            var y = like(x, type);
            var statistics = Nd4j.create(type, images, 2, 32);
            implementations[i].normalise(input, isExact ? exactNorm : norm, y, statistics);
            var dx = gradient.castTo(type).dup();
            var dw = Nd4j.create(type, channels);
            var db = Nd4j.create(type, channels);
            var de = Nd4j.create(type, images, 2L * channels);
            implementations[i].normaliseBackward(
                    input, isExact ? exactNorm : norm, statistics, dx, addend.castTo(type), dw, db, de);
            results[i] = new INDArray[] {y, statistics, dx, dw, db, de};
        }
        for (int k = 0; k < results[0].length; k++) {
            // Sums of up to 80 are rounded before their logistic function is taken.
            close(results[1][k], results[0][k], 2e-5);
            assertThat(results[2][k]).as("threads").isEqualTo(results[1][k]);
        }
    }

    @Test
    void whatIsNotANumberStaysSo() {
        var joint = random(1, 1, 16, 3 * 32);
        joint.putScalar(0, Double.NaN);
        var attended = Nd4j.create(DataType.FLOAT, 1, 16, 32);
        ONE.attend(joint, 1, null, attended);
        assertThat(attended.sumNumber().doubleValue()).isNaN();

        var x = random(1, 1, 8, 8, 32);
        x.putScalar(5, Double.NaN);
        var norm = new Kernels.Norm(32, Nd4j.ones(32), Nd4j.zeros(32), null, true);
        var y = Nd4j.create(DataType.FLOAT, x.shape());
        ONE.normalise(x, norm, y, Nd4j.create(DataType.FLOAT, 1, 2, 32));
        assertThat(y.sumNumber().doubleValue()).isNaN();
    }
}
