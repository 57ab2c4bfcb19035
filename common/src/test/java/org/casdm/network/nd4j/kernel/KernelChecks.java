package org.casdm.network.nd4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.casdm.testing.Networks;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What the tests of kernels compare by: double precision, and each other bit for bit. */
final class KernelChecks {

    private static final Kernels EXACT = new DeviceKernels();

    private KernelChecks() {}

    static INDArray random(long seed, long... shape) {
        return Networks.normal(seed, DataType.FLOAT, shape);
    }

    static INDArray exact(INDArray array) {
        return array.castTo(DataType.DOUBLE);
    }

    /** An array of that shape, filled with what must not remain. */
    static INDArray like(INDArray array, DataType type) {
        return Nd4j.valueArrayOf(array.shape(), Double.NaN, type);
    }

    /** The difference's norm against the expected one's. */
    static void close(INDArray actual, INDArray expected, double tolerance) {
        double difference = exact(actual).sub(exact(expected)).norm2Number().doubleValue();
        assertThat(difference)
                .isLessThanOrEqualTo(tolerance * exact(expected).norm2Number().doubleValue());
    }

    /**
     * A convolution and its gradients against the plain sums in double precision, and bit for bit among kernels.
     *
     * @param weight [3, 3, in, out]
     * @param kernels with different numbers of threads
     */
    static void convolution(
            INDArray x, INDArray weight, double tolerance, double gradientTolerance, Kernels... kernels) {
        var bias = random(3, weight.size(3));
        var gradient = random(4, x.size(0), x.size(1), x.size(2), weight.size(3));
        var output = like(gradient, DataType.DOUBLE);
        EXACT.convolve(exact(x), exact(weight), exact(bias), 1, output);
        var gradients =
                new INDArray[] {like(x, DataType.DOUBLE), like(weight, DataType.DOUBLE), like(bias, DataType.DOUBLE)};
        EXACT.convolveBackward(
                exact(x), exact(weight), exact(bias), 1, exact(gradient), gradients[0], gradients[1], gradients[2]);

        INDArray[] first = null;
        for (var each : kernels) {
            var actual = new INDArray[] {
                like(gradient, DataType.FLOAT),
                like(x, DataType.FLOAT),
                like(weight, DataType.FLOAT),
                like(bias, DataType.FLOAT)
            };
            each.convolve(x, weight, bias, 1, actual[0]);
            each.convolveBackward(x, weight, bias, 1, gradient, actual[1], actual[2], actual[3]);
            close(actual[0], output, tolerance);
            for (int i = 0; i < 3; i++) {
                close(actual[i + 1], gradients[i], gradientTolerance);
            }
            first = first == null ? actual : first;
            assertThat(actual).as("bit for bit, for any number of threads").isEqualTo(first);
        }
    }
}
