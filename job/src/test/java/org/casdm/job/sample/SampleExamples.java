package org.casdm.job.sample;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.casdm.cascade.ConfiguredModel;
import org.casdm.cascade.ModelSpec;
import org.casdm.cascade.ModelTensors;
import org.casdm.checkpoint.Checkpoint;
import org.casdm.checkpoint.CheckpointFile;
import org.casdm.checkpoint.CheckpointFiles;
import org.casdm.checkpoint.RunFolder;
import org.casdm.checkpoint.TrainingState;
import org.casdm.config.CasdmConfig;
import org.casdm.config.ConfigLoader;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.data.shard.ShardReader;
import org.casdm.testing.Networks;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runs with checkpoints that nobody has trained, and requests for images from them. */
public final class SampleExamples {

    static final int SIZE = 16;
    static final int IMAGE = SIZE * SIZE * 3;
    static final double RATE = 0.9;

    private SampleExamples() {}

    /** A small model, and what differs. */
    public static CasdmConfig config(String... more) {
        var settings = new ArrayList<>(List.of(
                "data.size=16",
                "model.theta.channels=32",
                "model.theta.channel-mult=[1,2]",
                "model.theta.res-blocks=1",
                "model.theta.attention-resolutions=[8]",
                "model.theta.heads=2",
                "train.ema-rates=[" + RATE + "]",
                "samples.sampler-steps=4"));
        settings.addAll(Arrays.asList(more));
        return ConfigLoader.load(Optional.empty(), settings);
    }

    /** Weights that are neither zero nor so large that images are all black and white. */
    public static INDArray weights(ModelSpec model) {
        return Networks.normal(4, DataType.FLOAT, 1, new ModelTensors(model).length())
                .muli(0.06);
    }

    /** Writes a run whose newest checkpoint, of step 20, has the weights as moving average, and others beside. */
    public static void writeRun(String folder, CasdmConfig config, INDArray average, Configuration hadoop)
            throws IOException {
        var run = RunFolder.at(folder, hadoop);
        run.writeConfiguration(config.toHocon());
        var tensors = new ModelTensors(ConfiguredModel.of(config));
        for (long step : new long[] {10, 20}) {
            var state = new TrainingState(
                    step,
                    16 * step,
                    0,
                    new TreeMap<>(),
                    config.model().kind().text(),
                    "any",
                    1,
                    8,
                    List.of(RATE),
                    Instant.parse("2026-01-02T03:04:05Z"),
                    "test",
                    new TreeMap<>());
            run.checkpoints()
                    .write(new Checkpoint(
                            state,
                            List.of(
                                    new CheckpointFile(
                                            CheckpointFiles.MODEL, Map.of(), tensors.sources("", average.mul(0.9))),
                                    new CheckpointFile(
                                            CheckpointFiles.exponentialMovingAverage(RATE),
                                            Map.of(),
                                            tensors.sources("", step == 20 ? average : average.mul(1.1))))));
        }
    }

    /** The pixels of all images of a folder with a description, in order, after a check of their ids. */
    static byte[] pixels(String folder, Configuration hadoop) throws IOException {
        var path = new org.apache.hadoop.fs.Path(folder);
        var fileSystem = path.getFileSystem(hadoop);
        var description = DatasetDescription.read(fileSystem, path);
        var pixels = new byte[(int) description.count() * IMAGE];
        int at = 0;
        for (var shard : description.shards()) {
            try (var reader = ShardReader.open(fileSystem, path, shard, SIZE)) {
                for (int group = 0; group < reader.rowGroups().size(); group++) {
                    var images = reader.readRowGroup(group);
                    for (int i = 0; i < images.count(); i++) {
                        if (!images.ids().get(i).equals(String.format(Locale.ROOT, "%09d", at))) {
                            throw new AssertionError(
                                    "image " + at + " is called " + images.ids().get(i));
                        }
                        System.arraycopy(images.pixels(), i * IMAGE, pixels, at++ * IMAGE, IMAGE);
                    }
                }
            }
        }
        return pixels;
    }

    static byte[] pixels(Path folder) throws IOException {
        return pixels(folder.toString(), new Configuration());
    }
}
