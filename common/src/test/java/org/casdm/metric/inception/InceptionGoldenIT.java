package org.casdm.metric.inception;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.casdm.config.CasdmConfig.EngineChoice;
import org.casdm.engine.Arithmetic;
import org.casdm.engine.Device;
import org.casdm.metric.feature.Features;
import org.casdm.metric.feature.ImageBatch;
import org.casdm.testing.EngineRequests;
import org.casdm.testing.Golden;
import org.casdm.weights.WeightSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Held to torch-fidelity's and pytorch-fid's networks. */
class InceptionGoldenIT {

    private static final Logger LOG = LoggerFactory.getLogger(InceptionGoldenIT.class);
    private static final Golden GOLDEN = Golden.load("inception");
    private static final double TOLERANCE = 1e-4;
    private static final int IMAGES = 2;

    @TempDir
    private static Path folder;

    private static WeightSource source;

    @BeforeAll
    static void writeWeights() throws IOException {
        var file = InceptionExamples.writeWeights(folder.resolve("inception.safetensors"));
        source = WeightSource.parse(file.toString(), Optional.empty());
    }

    private static Features features(EngineChoice engine, InceptionResize resize, ImageBatch images)
            throws IOException {
        var spec = new InceptionSpec(source, resize);
        try (var model = EngineRequests.computer(engine)
                        .engine()
                        .features(spec, new Configuration(), Device.cpu(), Arithmetic.float32(2));
                var extractor = model.newExtractor(2)) {
            return extractor.extract(images);
        }
    }

    private static void assertClose(String name, double[] values) {
        double error = Golden.relativeError(values, GOLDEN.doubles(name));
        LOG.info("{}: relative error {}", name, error);
        assertThat(error).as(name).isLessThan(TOLERANCE);
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
    @CsvSource({"ND4J,32", "ND4J,64", "ND4J,299", "LIBTORCH,32", "LIBTORCH,64", "LIBTORCH,299"})
    void tensorFlowsResize(EngineChoice engine, int size) throws IOException {
        var features = features(engine, InceptionResize.TENSORFLOW_1, InceptionExamples.images(IMAGES, size));
        assertClose(size + ".pool", Golden.doubles(features.pooled()));
        assertClose(size + ".spatial", channelsFirst(features.spatial()));
        assertClose(size + ".logits_unbiased", Golden.doubles(features.logits()));
        var logits = Golden.doubles(features.logits());
        try (var weights = InceptionWeights.load(source, new Configuration())) {
            var bias = weights.classifierBias();
            for (int i = 0; i < logits.length; i++) {
                logits[i] += bias[i % bias.length];
            }
        }
        assertClose(size + ".logits", logits);
    }

    @ParameterizedTest
    @CsvSource({"ND4J,32", "ND4J,64", "LIBTORCH,32", "LIBTORCH,64"})
    void pytorchFidsResize(EngineChoice engine, int size) throws IOException {
        var features = features(engine, InceptionResize.PYTORCH_FID, InceptionExamples.images(IMAGES, size));
        assertClose(size + ".pool_pytorch_fid", Golden.doubles(features.pooled()));
    }

    @Test
    void theTwoResizesDiffer() throws IOException {
        var pooled = features(EngineChoice.ND4J, InceptionResize.TENSORFLOW_1, InceptionExamples.images(IMAGES, 32))
                .pooled();
        assertThat(Golden.relativeError(pooled, GOLDEN.doubles("32.pool_pytorch_fid")))
                .isGreaterThan(10 * TOLERANCE);
    }
}
