package org.casdm.lpips;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Offset;
import org.casdm.lpips.LpipsSpec.Resize;
import org.casdm.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class LpipsIT {

    private static Lpips lpips(Trunk trunk, Resize resize) {
        return new Lpips(new LpipsSpec(trunk, resize), LpipsWeights.random(trunk), 2);
    }

    private static INDArray images(String name, int count, int size) {
        return LpipsExamples.images(name, count, size, DataType.FLOAT);
    }

    private static INDArray part(INDArray images, int from, int to) {
        return images.get(NDArrayIndex.interval(from, to), NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.all());
    }

    @ParameterizedTest
    @CsvSource({"VGG,16", "ALEX,33", "SQUEEZE,18"})
    void gradientByFiniteDifferences(Trunk trunk, int size) {
        var weights = LpipsWeights.random(trunk).castTo(DataType.DOUBLE);
        var first = LpipsExamples.images("first", 2, size, DataType.DOUBLE);
        var second = LpipsExamples.images("second", 2, size, DataType.DOUBLE);
        double[] factors = {0.7, -1.3};
        try (var lpips = new Lpips(new LpipsSpec(trunk, Resize.NONE), weights, 1)) {
            var gradient = lpips.forward(first, second, true)
                    .backward(Nd4j.createFromArray(factors).reshape(2, 1));
            var random = new Random(4);
            double step = 1e-6;
            for (int i = 0; i < 6; i++) {
                long place = random.nextInt((int) first.length());
                double value = first.getDouble(place);
                first.putScalar(place, value + step);
                double[] above = lpips.distance(first, second);
                first.putScalar(place, value - step);
                double[] below = lpips.distance(first, second);
                first.putScalar(place, value);
                double numeric = (factors[0] * (above[0] - below[0]) + factors[1] * (above[1] - below[1])) / (2 * step);
                assertThat(gradient.getDouble(place))
                        .as("place " + place)
                        .isCloseTo(numeric, Offset.offset(1e-8 + 1e-4 * Math.abs(numeric)));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"VGG,16,15", "ALEX,31,30", "SQUEEZE,17,16"})
    void smallestPictures(Trunk trunk, int smallest, int tooSmall) {
        assertThat(trunk.smallestSize()).isEqualTo(smallest);
        try (var lpips = lpips(trunk, Resize.NONE)) {
            assertThat(lpips.distance(images("a", 1, smallest), images("b", 1, smallest))[0])
                    .isPositive();
            assertThatThrownBy(() -> lpips.distance(images("a", 1, tooSmall), images("b", 1, tooSmall)))
                    .hasMessageContaining(tooSmall + "x" + tooSmall)
                    .hasMessageContaining("at least " + smallest)
                    .hasMessageContaining("lpips.resize = 224");
        }
    }

    @Test
    void takesPicturesOf32PixelsWithAlexNet() {
        try (var lpips = lpips(Trunk.ALEX, Resize.NONE)) {
            var result = lpips.forward(images("a", 3, 32), images("b", 3, 32), true);
            assertThat(result.distances()).hasSize(3).doesNotContain(0);
            double norm = result.backward(Nd4j.ones(3, 1)).norm2Number().doubleValue();
            assertThat(norm).isPositive().isFinite();
        }
    }

    /** Plain surfaces have equal values everywhere: every window of every maximum is a tie. */
    @ParameterizedTest
    @CsvSource({"VGG", "ALEX", "SQUEEZE"})
    void greyPictures(Trunk trunk) {
        var grey = Nd4j.zeros(DataType.FLOAT, 2, 32, 32, 3);
        var lighter = grey.add(0.5);
        var ones = Nd4j.ones(DataType.FLOAT, 2, 1);
        try (var lpips = lpips(trunk, Resize.NONE)) {
            var different = lpips.forward(grey, lighter, true);
            assertThat(different.distances()[0])
                    .isPositive()
                    .isFinite()
                    .isEqualTo(different.distances()[1]);
            assertThat(different.backward(ones).norm2Number().doubleValue())
                    .isPositive()
                    .isFinite();

            var same = lpips.forward(grey, grey.dup(), true);
            assertThat(same.distances()).containsExactly(0, 0);
            assertThat(same.backward(ones).norm2Number().doubleValue()).isZero();
        }
    }

    /** A picture at which every feature of the first layer is zero: lpips gives NaN gradients there. */
    @Test
    void deadFeaturesHaveNoGradient() {
        var weights = LpipsWeights.of(Trunk.ALEX, true, parameter -> {
            var values = new float[(int) parameter.length()];
            Arrays.fill(values, parameter.name().equals("features.0.bias") ? -1 : 0.01f);
            if (parameter.name().equals("features.0.weight")) {
                Arrays.fill(values, 0.001f);
            }
            return values;
        });
        var dark = Nd4j.zeros(DataType.FLOAT, 1, 33, 33, 3).subi(1);
        for (var type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
            try (var lpips = new Lpips(new LpipsSpec(Trunk.ALEX, Resize.NONE), weights.castTo(type), 1)) {
                var result = lpips.forward(dark.castTo(type), images("a", 1, 33).castTo(type), true);
                assertThat(result.distances()[0]).isFinite();
                assertThat(result.backward(Nd4j.ones(type, 1, 1)).norm2Number().doubleValue())
                        .isZero();
            }
        }
    }

    @Test
    void takesManyPicturesInParts() {
        var first = images("a", 5, 32);
        var second = images("b", 5, 32);
        var factors = Nd4j.createFromArray(1f, 2f, 3f, 4f, 5f).reshape(5, 1);
        try (var lpips = lpips(Trunk.SQUEEZE, Resize.TO_224)) {
            var all = lpips.forward(first, second, true);
            var gradient = all.backward(factors);
            for (int i = 0; i < 5; i++) {
                var one = lpips.forward(part(first, i, i + 1), part(second, i, i + 1), true);
                assertThat(one.distances()[0]).isCloseTo(all.distances()[i], Offset.offset(1e-6));
                var ofOne = one.backward(Nd4j.createFromArray(i + 1f).reshape(1, 1));
                assertThat(Golden.relativeError(
                                part(gradient, i, i + 1).dup('c').data().asDouble(),
                                ofOne.data().asDouble()))
                        .isLessThan(1e-5);
            }
            long memory = lpips.arenaBytes();
            lpips.forward(part(first, 0, 1), part(second, 0, 1), true);
            assertThat(lpips.arenaBytes()).isEqualTo(memory);
        }
    }

    /** To the last bit, for one pair alone too; maps of odd sides. */
    @ParameterizedTest
    @CsvSource({"VGG,19,NONE", "ALEX,47,NONE", "SQUEEZE,31,NONE", "SQUEEZE,33,TO_224"})
    void distancesDoNotDependOnTheBatch(Trunk trunk, int size, Resize resize) {
        int count = 16;
        var first = images("a", count, size);
        var second = images("b", count, size);
        try (var lpips = lpips(trunk, resize)) {
            double[] all = lpips.distance(first, second);
            for (int batch : new int[] {1, 2, 3, 7}) {
                for (int from = 0; from < count; from += batch) {
                    int to = Math.min(from + batch, count);
                    assertThat(lpips.distance(part(first, from, to), part(second, from, to)))
                            .as("pairs %d to %d", from, to)
                            .containsExactly(Arrays.copyOfRange(all, from, to));
                }
            }
        }
    }

    @Test
    void resizesOnlyWhatIsNarrowerThan256() {
        var first = images("a", 1, 256);
        var second = images("b", 1, 256);
        try (var plain = lpips(Trunk.ALEX, Resize.NONE);
                var resizing = lpips(Trunk.ALEX, Resize.TO_224)) {
            assertThat(resizing.distance(first, second)).containsExactly(plain.distance(first, second));
            var small = images("a", 1, 64);
            var other = images("b", 1, 64);
            assertThat(resizing.distance(small, other)[0]).isNotEqualTo(plain.distance(small, other)[0]);
        }
    }

    @Test
    void threadsShareWeights() throws Exception {
        var weights = LpipsWeights.random(Trunk.ALEX);
        var spec = new LpipsSpec(Trunk.ALEX, Resize.NONE);
        var first = images("a", 2, 64);
        var second = images("b", 2, 64);
        double[] expected;
        try (var lpips = new Lpips(spec, weights, 1)) {
            expected = lpips.distance(first, second);
        }
        var threads = Executors.newFixedThreadPool(2);
        try {
            var tasks = Collections.nCopies(2, (Callable<double[]>) () -> {
                try (var lpips = new Lpips(spec, weights, 1)) {
                    return lpips.forward(first, second, true).distances();
                }
            });
            for (var result : threads.invokeAll(tasks, 60, TimeUnit.SECONDS)) {
                assertThat(Golden.relativeError(result.get(), expected)).isLessThan(1e-6);
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void refusesWhatItCannotCompare() {
        try (var lpips = lpips(Trunk.SQUEEZE, Resize.NONE)) {
            assertThatThrownBy(() -> lpips.distance(Nd4j.zeros(1, 32, 32, 1), Nd4j.zeros(1, 32, 32, 1)))
                    .hasMessageContaining("[1, 32, 32, 1]");
            assertThatThrownBy(() -> lpips.distance(Nd4j.zeros(1, 32, 32, 3), Nd4j.zeros(1, 64, 64, 3)))
                    .hasMessageContaining("[1, 64, 64, 3]");
            var result = lpips.forward(images("a", 2, 32), images("b", 2, 32), false);
            assertThatThrownBy(() -> result.backward(Nd4j.ones(2, 1))).hasMessageContaining("without gradients");
        }
        assertThatThrownBy(() -> new Lpips(new LpipsSpec(Trunk.VGG, Resize.NONE), LpipsWeights.random(Trunk.ALEX), 1))
                .hasMessageContaining("ALEX");
    }

    @Test
    void resizesAsPyTorchDoes() {
        // interpolate(tensor([[0., 1.]]), size=(1, 4), mode="bilinear"): 0, 0.25, 0.75, 1
        var resize = new BilinearResize(1, 2, 1, 1, 4, DataType.DOUBLE);
        var target = Nd4j.create(DataType.DOUBLE, 1, 1, 4, 1);
        resize.apply(Nd4j.createFromArray(0.0, 1.0).reshape(1, 1, 2, 1), target);
        assertThat(target.reshape(4L).toDoubleVector()).containsExactly(0, 0.25, 0.75, 1);

        // Shrinking takes two neighbours, without antialiasing: from 5 to 2 at places 0.75 and 3.25.
        var shrink = new BilinearResize(5, 1, 1, 2, 1, DataType.DOUBLE);
        var small = Nd4j.create(DataType.DOUBLE, 1, 2, 1, 1);
        shrink.apply(Nd4j.createFromArray(0.0, 1, 4, 9, 16).reshape(1, 5, 1, 1), small);
        assertThat(small.reshape(2L).toDoubleVector()).containsExactly(0.75, 9 + 0.25 * 7);
    }
}
