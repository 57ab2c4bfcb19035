package org.casdm.metric.inception;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.casdm.metric.feature.Features;
import org.casdm.metric.feature.ImageBatch;
import org.casdm.testing.Golden;
import org.casdm.weights.WeightSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Held to torch-fidelity's and pytorch-fid's networks. */
class InceptionGoldenTest {

    private static final Logger LOG = LoggerFactory.getLogger(InceptionGoldenTest.class);
    private static final Golden GOLDEN = Golden.load("inception");
    private static final double TOLERANCE = 1e-4;
    private static final int IMAGES = 2;

    @TempDir
    private static Path folder;

    private static InceptionWeights weights;

    @BeforeAll
    static void readWeights() throws IOException {
        var file = InceptionExamples.writeWeights(folder.resolve("inception.safetensors"));
        weights = InceptionWeights.load(WeightSource.parse(file.toString(), Optional.empty()), new Configuration());
    }

    @AfterAll
    static void freeWeights() {
        weights.close();
    }

    private static Features features(InceptionResize resize, ImageBatch images) {
        var spec = new InceptionSpec(WeightSource.random(), resize);
        try (var extractor = new InceptionModel(spec, weights).newExtractor(2)) {
            return extractor.extract(images);
        }
    }

    private static void assertClose(String name, double[] values) {
        double error = Golden.relativeError(values, GOLDEN.doubles(name));
        LOG.info("{}: relative error {}", name, error);
        assertThat(error).as(name).isLessThan(TOLERANCE);
    }

    private static double[] doubles(float[] values) {
        var doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    /** From [image, row, column, channel] to the file's [image, channel, row, column]. */
    private static double[] channelsFirst(float[] values) {
        int plane = InceptionLayout.SPATIAL_SIDE * InceptionLayout.SPATIAL_SIDE;
        int channels = InceptionLayout.SPATIAL_CHANNELS;
        var result = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            int image = i / (plane * channels);
            int pixel = i / channels % plane;
            result[(image * channels + i % channels) * plane + pixel] = values[i];
        }
        return result;
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 64, 299})
    void tensorFlowsResize(int size) {
        var features = features(InceptionResize.TENSORFLOW_1, InceptionExamples.images(IMAGES, size));
        assertClose(size + ".pool", doubles(features.pooled()));
        assertClose(size + ".spatial", channelsFirst(features.spatial()));
        assertClose(size + ".logits_unbiased", doubles(features.logits()));
        var logits = doubles(features.logits());
        var bias = weights.classifierBias();
        for (int i = 0; i < logits.length; i++) {
            logits[i] += bias[i % bias.length];
        }
        assertClose(size + ".logits", logits);
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 64})
    void pytorchFidsResize(int size) {
        var features = features(InceptionResize.PYTORCH_FID, InceptionExamples.images(IMAGES, size));
        assertClose(size + ".pool_pytorch_fid", doubles(features.pooled()));
    }

    @Test
    void theTwoResizesDiffer() {
        var pooled = features(InceptionResize.TENSORFLOW_1, InceptionExamples.images(IMAGES, 32))
                .pooled();
        assertThat(Golden.relativeError(doubles(pooled), GOLDEN.doubles("32.pool_pytorch_fid")))
                .isGreaterThan(10 * TOLERANCE);
    }
}
