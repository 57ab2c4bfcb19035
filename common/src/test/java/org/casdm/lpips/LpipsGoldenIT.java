package org.casdm.lpips;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import org.casdm.lpips.LpipsSpec.Resize;
import org.casdm.testing.Golden;
import org.casdm.testing.Networks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Distances and gradients against lpips 0.1.4. */
class LpipsGoldenIT {

    private static final Logger LOG = LoggerFactory.getLogger(LpipsGoldenIT.class);
    /** A folder with the published linear layers: vgg.pth, alex.pth, squeeze.pth. */
    private static void check(Golden golden, LpipsWeights weights, String what) {
        var type = weights.dataType();
        var first = LpipsExamples.images("golden.lpips.a", 2, 64, type);
        var second = LpipsExamples.images("golden.lpips.b", 2, 64, type);
        var ones = Nd4j.onesLike(Nd4j.create(type, 2, 1));
        try (var lpips = new Lpips(new LpipsSpec(weights.trunk(), Resize.NONE), weights, 2)) {
            // Twice: the second time in memory that the first has left.
            for (int repetition = 0; repetition < 2; repetition++) {
                var result = lpips.forward(first, second, true);
                double layers = close(
                        Stream.of(result.layerDistances())
                                .flatMapToDouble(Arrays::stream)
                                .toArray(),
                        golden.doubles("size64.layers"),
                        1e-4,
                        "layers");
                double distance = close(result.distances(), golden.doubles("size64.distance"), 1e-4, "distance");
                double gradient = close(
                        Networks.channelsFirst(result.backward(ones)), golden.doubles("size64.grad"), 1e-3, "gradient");
                report(what + " " + type, distance, layers, gradient);
            }
            // Not bit for bit: without a gradient a pass has another number of images, for which oneDNN may sum
            // otherwise.
            close(lpips.distance(first, second), golden.doubles("size64.distance"), 1e-4, "distance alone");
        }
    }

    private static double close(double[] ours, double[] reference, double tolerance, String what) {
        double error = Golden.relativeError(ours, reference);
        assertThat(error).as(what).isLessThan(tolerance);
        return error;
    }

    /** For those who watch: shown with {@code -Dorg.slf4j.simpleLogger.defaultLogLevel=info}. */
    private static void report(String what, double distance, double layers, double gradient) {
        LOG.info("{}: relative errors: distance {}, layers {}, gradient {}", what, distance, layers, gradient);
    }

    @ParameterizedTest
    @CsvSource({"VGG,FLOAT", "ALEX,FLOAT", "SQUEEZE,FLOAT", "ALEX,DOUBLE", "SQUEEZE,DOUBLE"})
    void equalsTheReference(Trunk trunk, DataType type) {
        check(
                Golden.load("lpips_" + trunk.name().toLowerCase(Locale.ROOT) + "_formula"),
                LpipsExamples.formulaWeights(trunk).castTo(type),
                trunk + " formula");
    }

    private static void checkResized(Golden golden, LpipsWeights weights, String what) {
        var first = LpipsExamples.images("golden.lpips.a", 2, 32, DataType.FLOAT);
        var second = LpipsExamples.images("golden.lpips.b", 2, 32, DataType.FLOAT);
        try (var lpips = new Lpips(new LpipsSpec(weights.trunk(), Resize.TO_224), weights, 2)) {
            var result = lpips.forward(first, second, true);
            double distance = close(result.distances(), golden.doubles("resized224.distance"), 1e-4, "distance");
            double layers = close(
                    Stream.of(result.layerDistances())
                            .flatMapToDouble(Arrays::stream)
                            .toArray(),
                    golden.doubles("resized224.layers"),
                    1e-4,
                    "layers");

            // The reference's gradient is that with respect to the resized image.
            var resize = new BilinearResize(32, 32, 3, 224, 224, DataType.FLOAT);
            var large = new INDArray[] {first, second};
            for (int i = 0; i < large.length; i++) {
                var target = Nd4j.create(DataType.FLOAT, 2, 224, 224, 3);
                resize.apply(large[i], target);
                large[i] = target;
            }
            var ones = Nd4j.ones(DataType.FLOAT, 2, 1);
            var gradient = lpips.forward(large[0], large[1], true).backward(ones);
            double norm = gradient.norm2Number().doubleValue() / golden.scalar("resized224.gradnorm") - 1;
            assertThat(Math.abs(norm)).isLessThan(1e-3);
            var small = Nd4j.create(DataType.FLOAT, first.shape());
            resize.applyBackward(gradient, small);
            assertThat(Golden.relativeError(
                            result.backward(ones).data().asDouble(),
                            small.data().asDouble()))
                    .isLessThan(1e-5);
            report(what + " resized", distance, layers, norm);
        }
    }

    @Test
    void equalsTheReferenceResized() {
        checkResized(Golden.load("lpips_vgg_formula"), LpipsExamples.formulaWeights(Trunk.VGG), "VGG formula");
    }

    /** With the published linear layers, which are not part of this project, over the formula's trunk. */
    @ParameterizedTest
    @EnumSource(Trunk.class)
    @EnabledIfEnvironmentVariable(named = LpipsExamples.PUBLISHED, matches = ".+")
    void equalsTheReferenceWithPublishedLayers(Trunk trunk, @TempDir Path folder) throws IOException {
        String name = trunk.name().toLowerCase(Locale.ROOT);
        var weights = LpipsExamples.publishedLayers(trunk, folder);
        var golden = Golden.load("lpips_" + name + "_v0.1");
        check(golden, weights, trunk + " v0.1");
        if (golden.has("resized224.distance")) {
            checkResized(golden, weights, trunk + " v0.1");
        }
    }
}
