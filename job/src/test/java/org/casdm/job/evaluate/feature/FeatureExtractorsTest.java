package org.casdm.job.evaluate.feature;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.casdm.engine.Computer;
import org.casdm.job.evaluate.ClassifierExamples;
import org.casdm.job.executor.ExecutorLocal;
import org.casdm.job.testing.StandInGpus;
import org.casdm.metric.classifier.ClassifierSpec;
import org.casdm.metric.feature.FeatureExtractor;
import org.casdm.metric.feature.ImageBatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeatureExtractorsTest {

    @TempDir
    private Path folder;

    private final StandInGpus gpus = new StandInGpus();
    private final String a = UUID.randomUUID().toString();
    private final String b = UUID.randomUUID().toString();
    private ClassifierSpec classifier;

    @BeforeEach
    void writeClassifier() throws IOException {
        classifier = ClassifierExamples.write(folder.resolve("classifier.safetensors"));
    }

    @AfterEach
    void close() {
        ExecutorLocal.close(a);
        ExecutorLocal.close(b);
    }

    private FeatureExtractor borrow(String evaluation, Computer computer) throws IOException {
        return FeatureExtractors.of(evaluation).borrow(classifier, new Configuration(), computer, 1);
    }

    @Test
    void eachGpu_hasANetworkAndExtractorsOfItsOwn() throws IOException {
        var first = borrow(a, gpus.gpu(0));
        var second = borrow(a, gpus.gpu(1));
        assertThat(gpus.made()).containsExactly(0, 1);

        int size = ClassifierExamples.SIZE;
        var images = new ImageBatch(new byte[3 * size * size], 1, size, size);
        assertThat(second.extract(images).pooled())
                .isEqualTo(first.extract(images).pooled());

        FeatureExtractors.of(a).giveBack(gpus.gpu(0).device(), first);
        assertThat(borrow(a, gpus.gpu(1))).isNotSameAs(first).isNotSameAs(second);
        assertThat(borrow(a, gpus.gpu(0))).isSameAs(first);
        assertThat(gpus.made()).as("networks after more extractors").containsExactly(0, 1);
    }

    @Test
    void anotherEvaluation_hasNetworksOfItsOwn() throws IOException {
        var extractors = FeatureExtractors.of(a);
        var first = borrow(a, gpus.gpu(0));
        var other = borrow(b, gpus.gpu(0));
        assertThat(gpus.made()).containsExactly(0, 0);
        extractors.giveBack(gpus.gpu(0).device(), first);
        assertThat(borrow(b, gpus.gpu(0))).isNotSameAs(first).isNotSameAs(other);
    }
}
