package org.casdm.job.train;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.checkpoint.RunFolder;
import org.casdm.config.CasdmConfig;
import org.casdm.data.picture.ContactSheet;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Draws a grid of samples now and then, so that a person sees the model learn: always from the same noise. */
final class SampleGrids {

    private static final Logger LOG = LoggerFactory.getLogger(SampleGrids.class);
    /** Small pictures are enlarged to about this many pixels, to be looked at. */
    private static final int COMFORTABLE_SIZE = 64;

    private final CasdmConfig config;
    private final RunFolder folder;
    private final int threads;

    SampleGrids(CasdmConfig config, RunFolder folder, int threads) {
        this.config = config;
        this.folder = folder;
        this.threads = threads;
    }

    /**
     * Draws {@code samples/<step>.png} on an executor, with the averaged parameters. A model that draws nothing but
     * numbers that are not finite does not end the training, which looks after such numbers itself: there is a warning
     * instead of a picture.
     */
    void draw(JavaSparkContext spark, TrainedModel trained, long step) throws IOException {
        long begin = System.nanoTime();
        var parameters = spark.broadcast(average(trained).data().asFloat());
        DrawSamples.Drawn drawn;
        try {
            // A task, not the driver: where there are GPUs, the executors have them.
            drawn = spark.parallelize(List.of(config), 1)
                    .map(new DrawSamples(parameters, threads))
                    .first();
        } finally {
            parameters.destroy();
        }
        if (drawn.failure() != null) {
            LOG.warn("no grid of samples at step {}: {}", step, drawn.failure());
            return;
        }
        int count = config.samples().count();
        var png = new ByteArrayOutputStream();
        new ContactSheet(
                        (int) Math.ceil(Math.sqrt(count)),
                        Math.max(1, COMFORTABLE_SIZE / config.data().size()))
                .write(
                        drawn.images(),
                        count,
                        config.data().size(),
                        config.data().channels(),
                        png);
        folder.writeSample(step, png.toByteArray());
        LOG.info(
                "{} samples drawn to {} in {} s",
                count,
                folder.samplePath(step),
                String.format(Locale.ROOT, "%.1f", (System.nanoTime() - begin) / 1e9));
    }

    private INDArray average(TrainedModel trained) {
        double rate =
                config.samples().emaRate().orElse(config.train().emaRates().get(0));
        return trained.averages().stream()
                .filter(average -> average.rate() == rate)
                .findFirst()
                .orElseThrow()
                .average();
    }
}
