package org.casdm.network.nd4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.casdm.network.nd4j.kernel.KernelChecks.like;
import static org.casdm.network.nd4j.kernel.KernelChecks.random;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Against the plain sums in double precision. */
class WinogradConvolutionTest {

    private static final HostKernels TWO = new HostKernels(2);
    private static final HostKernels ONE = new HostKernels(1);

    @AfterAll
    static void closeThreads() {
        TWO.close();
        ONE.close();
    }

    /** One strip; several for each image; several images; sides without a common power of two; several groups. */
    @ParameterizedTest
    @CsvSource({"1,32,32,64,64", "2,64,36,64,72", "4,16,16,96,64", "2,20,28,64,65", "5,64,64,64,64", "8,8,8,256,64"})
    void isTheConvolution(int images, int height, int width, int in, int out) {
        var x = random(1, images, height, width, in);
        var weight = random(2, 3, 3, in, out);
        assertThat(WinogradConvolution.suitsBackward(x, weight)).isTrue();
        assertThat(WinogradConvolution.suits(x, weight)).isEqualTo(images * height * width > 512);

        KernelChecks.convolution(x, weight, 3e-6, 3e-6, TWO, ONE);
    }

    /** As the last part of an epoch may have it: memory of an earlier, larger batch is still there. */
    @Test
    void leftOversOfALargerBatchDoNotCount() {
        var weight = random(2, 3, 3, 64, 64);
        var bias = random(3, 64);
        var expected = new INDArray[3];
        for (boolean dirty : new boolean[] {false, true}) {
            try (var kernels = new HostKernels(1)) {
                if (dirty) {
                    var poison = like(random(1, 8, 32, 32, 64), DataType.FLOAT);
                    kernels.convolveBackward(
                            poison,
                            weight,
                            bias,
                            1,
                            poison,
                            like(poison, DataType.FLOAT),
                            like(weight, DataType.FLOAT),
                            like(bias, DataType.FLOAT));
                }
                var x = random(5, 2, 32, 32, 64);
                var actual = new INDArray[] {
                    like(x, DataType.FLOAT), like(weight, DataType.FLOAT), like(bias, DataType.FLOAT)
                };
                kernels.convolveBackward(x, weight, bias, 1, random(6, 2, 32, 32, 64), actual[0], actual[1], actual[2]);
                if (dirty) {
                    assertThat(actual).isEqualTo(expected);
                }
                expected = actual;
            }
        }
    }

    @Test
    void isNotUsedWhereItIsSlower() {
        var weight = random(1, 3, 3, 64, 64);
        assertThat(WinogradConvolution.suits(random(1, 8, 30, 32, 64), weight))
                .as("no whole tiles")
                .isFalse();
        assertThat(WinogradConvolution.suits(random(1, 8, 32, 34, 64), weight))
                .as("no whole tiles")
                .isFalse();
        assertThat(WinogradConvolution.suits(random(1, 1, 16, 16, 64), weight))
                .as("few tiles")
                .isFalse();
        assertThat(WinogradConvolution.suits(random(1, 4, 32, 32, 3), random(1, 3, 3, 3, 64)))
                .as("image")
                .isFalse();
        assertThat(WinogradConvolution.suits(random(1, 4, 32, 32, 64), random(1, 3, 3, 64, 6)))
                .as("image")
                .isFalse();
    }
}
