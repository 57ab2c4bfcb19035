package org.casdm.job.train;

import java.io.IOException;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.checkpoint.RunFolder;
import org.casdm.config.CasdmConfig;

/** Draws a grid of samples now and then, so that a person sees the model learn. */
final class SampleGrids {

    SampleGrids(CasdmConfig config, RunFolder folder) {
    }

    void draw(JavaSparkContext spark, TrainedModel trained, long step) throws IOException {
    }
}
