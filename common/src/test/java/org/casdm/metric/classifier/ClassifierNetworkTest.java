package org.casdm.metric.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.SplittableRandom;
import org.casdm.metric.feature.Features;
import org.casdm.testing.Networks;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ClassifierNetworkTest {

    /** An odd size: the first maxima leave out a row and a column. */
    private static final ClassifierLayout LAYOUT = new ClassifierLayout(9, 3, 32);

    private static final int IMAGES = 2;
    private static final int IMAGE = 9 * 9 * 3;
    private static final double STEP = 1e-6;

    private static INDArray parameters() {
        var values = new double[LAYOUT.length()];
        var random = new SplittableRandom(1);
        for (var parameter : LAYOUT.parameters()) {
            var file = new float[(int) parameter.length()];
            parameter.initialisation().fill(file, 0, file.length, random);
            for (int i = 0; i < file.length; i++) {
                // Biases too are other than zero here.
                values[(int) parameter.offset() + i] = file[i] == 0 ? 0.1 * random.nextDouble() : file[i];
            }
        }
        return Nd4j.createFromArray(values);
    }

    /** Σ weights · logits. */
    private static double loss(INDArray values, INDArray images, INDArray weights) {
        try (var network = new ClassifierNetwork(LAYOUT, values, null)) {
            var input = network.arena().take(images.shape());
            input.assign(images);
            return network.compute(input).logits().mul(weights).sumNumber().doubleValue();
        }
    }

    @Test
    void gradientsAgreeWithFiniteDifferences() {
        var values = parameters();
        var images = Networks.normal(2, DataType.DOUBLE, IMAGES, 9, 9, 3);
        var weights = Networks.normal(3, DataType.DOUBLE, IMAGES, 3);
        var gradients = Nd4j.create(DataType.DOUBLE, LAYOUT.length());
        try (var network = new ClassifierNetwork(LAYOUT, values, gradients)) {
            var input = network.arena().take(images.shape());
            input.assign(images);
            var logits = network.forward(input);
            assertThat(logits.shape()).containsExactly(IMAGES, 3);
            var logitsGradient = network.arena().take(IMAGES, 3);
            logitsGradient.assign(weights);
            network.backward(logitsGradient);
        }
        var random = new Random(4);
        for (var parameter : LAYOUT.parameters()) {
            for (int i = 0; i < 8; i++) {
                long index = parameter.offset() + random.nextInt((int) parameter.length());
                double value = values.getDouble(index);
                values.putScalar(index, value + STEP);
                double above = loss(values, images, weights);
                values.putScalar(index, value - STEP);
                double below = loss(values, images, weights);
                values.putScalar(index, value);
                assertThat(gradients.getDouble(index))
                        .as("%s, element %d", parameter.name(), index)
                        .isCloseTo((above - below) / (2 * STEP), within(1e-6));
            }
        }
        assertThat(gradients.norm2Number().doubleValue()).isGreaterThan(1);
    }

    @Test
    void stepsOfOneSizeNeedNoMoreMemory() {
        var values = parameters().castTo(DataType.FLOAT);
        try (var network = new ClassifierNetwork(LAYOUT, values, Nd4j.create(DataType.FLOAT, LAYOUT.length()))) {
            long bytes = 0;
            for (int step = 0; step < 3; step++) {
                var input = network.arena().take(IMAGES, 9, 9, 3);
                input.assign(step);
                network.forward(input);
                var gradient = network.arena().take(IMAGES, 3);
                gradient.assign(1);
                network.backward(gradient);
                assertThat(network.arena().allocatedBytes())
                        .isEqualTo(step == 0 ? bytes = network.arena().allocatedBytes() : bytes);
            }
        }
    }

    /** To the last bit, on maps of odd sides. */
    @Test
    void featuresDoNotDependOnTheBatch() {
        int count = 16;
        var pixels = new float[count * IMAGE];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) Math.sin(i * 0.37);
        }
        try (var network = new Nd4jClassifier(LAYOUT, parameters().castTo(DataType.FLOAT))) {
            var all = features(network, pixels, 0, count);
            for (int batch : new int[] {1, 2, 3, 7}) {
                for (int from = 0; from < count; from += batch) {
                    int size = Math.min(batch, count - from);
                    var part = features(network, pixels, from, size);
                    assertThat(part.pooled()).isEqualTo(rows(all.pooled(), from, size, count));
                    assertThat(part.logits()).isEqualTo(rows(all.logits(), from, size, count));
                }
            }
        }
    }

    private static Features features(Nd4jClassifier network, float[] pixels, int from, int count) {
        var features = new Features(
                count, new float[count * LAYOUT.features()], new float[0], new float[count * LAYOUT.classes()]);
        network.compute(Arrays.copyOfRange(pixels, from * IMAGE, (from + count) * IMAGE), count, features, 0);
        return features;
    }

    private static float[] rows(float[] all, int from, int size, int count) {
        int width = all.length / count;
        return Arrays.copyOfRange(all, from * width, (from + size) * width);
    }

    @Test
    void refusesWhatItCannotBe() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ClassifierLayout(7, 3, 32))
                .withMessageContaining("8 to 128")
                .withMessageContaining("7");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ClassifierLayout(8, 1, 32))
                .withMessageContaining("2 classes");
        assertThatIllegalArgumentException().isThrownBy(() -> new TrainingSettings(0, 1, 1, 0, 32));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ClassifierLayout(8, 2, 3))
                .withMessageContaining("4 to 256");
    }

    @Test
    void filesWithoutAWidthHaveTheFirstOne() {
        assertThat(new TrainingSettings(1, 1, 1, 0, 0).width()).isEqualTo(ClassifierLayout.DEFAULT_WIDTH);
    }

    @Test
    void hasAQuarterOfAMillionParameters() {
        assertThat(new ClassifierLayout(28, 10, 32).length()).isBetween(200_000, 300_000);
    }

    @Test
    void crossEntropyIsThatOfSoftmax() {
        var logits = new float[] {1, 2, 3, 1000, 0, -1000};
        double loss = CrossEntropy.lossAndGradient(logits, new int[] {0, 0});
        double sum = Math.exp(1) + Math.exp(2) + Math.exp(3);
        assertThat(loss).isCloseTo(-Math.log(Math.exp(1) / sum) / 2, within(1e-9));
        var expected =
                new double[] {(Math.exp(1) / sum - 1) / 2, Math.exp(2) / sum / 2, Math.exp(3) / sum / 2, 0, 0, 0};
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) logits[i]).isCloseTo(expected[i], within(1e-7));
        }
        assertThat(CrossEntropy.guesses(new float[] {1, 3, 2, 5, 5, 4}, 2)).containsExactly(1, 0);
    }
}
