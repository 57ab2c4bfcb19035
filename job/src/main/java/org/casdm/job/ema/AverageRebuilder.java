package org.casdm.job.ema;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.casdm.cascade.ConfiguredModel;
import org.casdm.cascade.ModelTensors;
import org.casdm.checkpoint.Checkpoint;
import org.casdm.checkpoint.CheckpointFile;
import org.casdm.checkpoint.CheckpointFiles;
import org.casdm.checkpoint.RunFolder;
import org.casdm.checkpoint.StoredCheckpoint;
import org.casdm.checkpoint.TrainingState;
import org.casdm.config.CasdmConfig;
import org.casdm.config.ConfigException;
import org.casdm.config.ConfigLoader;
import org.casdm.config.ConfigText;
import org.casdm.optimizer.PostHocAverage;
import org.casdm.optimizer.PostHocAverage.Profile;
import org.casdm.storage.AtomicFile;
import org.casdm.storage.Storage;
import org.casdm.tensor.SafetensorsWriter;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Rebuilds averages of a run's parameters from its stored power-function averages. */
public final class AverageRebuilder {

    private static final Logger LOG = LoggerFactory.getLogger(AverageRebuilder.class);
    private static final String FILE_SUFFIX = ".safetensors";

    private final RunFolder run;
    private final CasdmConfig config;
    private final List<Stored> stored;
    private final StoredCheckpoint last;

    /** A file with a power-function average. */
    private record Stored(StoredCheckpoint checkpoint, String file, Profile profile) {}

    /**
     * Finds what a run has stored.
     *
     * @param run its folder
     * @param step at which the average is to be; empty: the last that is stored
     * @throws ConfigException if nothing is stored, or nothing of that step
     */
    public AverageRebuilder(String run, OptionalLong step, Configuration hadoop) throws IOException {
        this.run = RunFolder.at(run, hadoop);
        var text = this.run
                .readConfiguration()
                .orElseThrow(() -> new ConfigException(List.of(
                        this.run.root() + " is not a run: it has no config.conf. Give the run.folder of a training")));
        config = ConfigLoader.loadStored(
                new ConfigText(this.run.configurationPath().toString(), text));
        var snapshots = this.run.averages().list().complete();
        if (snapshots.isEmpty()) {
            throw new ConfigException(List.of(this.run.root() + " holds no power-function averages: train with"
                    + " train.ema-stds=0.05,0.1, which stores some every checkpoint.ema-every-steps"));
        }
        long wanted = step.orElse(snapshots.get(snapshots.size() - 1).step());
        last = snapshots.stream()
                .filter(snapshot -> snapshot.step() == wanted)
                .findFirst()
                .orElseThrow(() -> new ConfigException(List.of("--step=" + wanted + ": averages are stored of steps "
                        + snapshots.stream()
                                .map(snapshot -> Long.toString(snapshot.step()))
                                .collect(Collectors.joining(", ")))));
        stored = new ArrayList<>();
        for (var snapshot : snapshots) {
            if (snapshot.step() <= wanted) {
                snapshot.files()
                        .keySet()
                        .forEach(file -> CheckpointFiles.powerFunctionAverageStd(file)
                                .ifPresent(std ->
                                        stored.add(new Stored(snapshot, file, new Profile(snapshot.step(), std)))));
            }
        }
    }

    /**
     * Rebuilds an average.
     *
     * @param std its relative standard deviation
     * @return the model's flat vector
     * @throws IOException if a stored average cannot be read
     */
    public INDArray rebuild(double std) throws IOException {
        double[] weights =
                PostHocAverage.weights(stored.stream().map(Stored::profile).toList(), new Profile(last.step(), std));
        var tensors = new ModelTensors(ConfiguredModel.of(config));
        var sum = Nd4j.zeros(DataType.FLOAT, tensors.length());
        var one = Nd4j.createUninitialized(DataType.FLOAT, tensors.length());
        for (int i = 0; i < weights.length; i++) {
            var part = stored.get(i);
            var loading = tensors.loading("", one);
            part.checkpoint().read(part.file(), loading);
            loading.requireComplete(part.checkpoint().folder() + "/" + part.file());
            sum.addi(one.muli(weights[i]));
        }
        return sum;
    }

    /**
     * Rebuilds an average and stores it: as a file, if the place ends in {@code .safetensors}, else as a run's folder with
     * one checkpoint, whose parameters it is.
     *
     * @throws IOException if the place cannot be written, or a stored average not be read
     */
    public void write(double std, String out, Configuration hadoop) throws IOException {
        LOG.info("rebuilding the average of std {} at step {} from {} stored ones", std, last.step(), stored.size());
        var average = rebuild(std);
        var sources = new ModelTensors(ConfiguredModel.of(config)).sources("", average);
        var metadata = Map.of("format", "pt", "step", Long.toString(last.step()), "ema-std", Double.toString(std));
        if (out.endsWith(FILE_SUFFIX)) {
            var place = Storage.path(out);
            AtomicFile.create(Storage.fileSystem(place, hadoop), place, stream -> {
                SafetensorsWriter.write(stream, sources, metadata);
                return null;
            });
        } else {
            var folder = RunFolder.at(out, hadoop);
            if (folder.readConfiguration().isPresent()) {
                throw new ConfigException(
                        List.of("--out=" + out + " is a run already: give a folder that is not there"));
            }
            folder.checkpoints()
                    .write(new Checkpoint(
                            state(std), List.of(new CheckpointFile(CheckpointFiles.MODEL, metadata, sources))));
            folder.writeConfiguration(config.toHocon());
        }
        LOG.info("written to {}", out);
    }

    private TrainingState state(double std) {
        var before = last.state();
        var notes = new TreeMap<>(before.provenance());
        notes.put("average", "std " + std + " of " + run.root());
        return new TrainingState(
                before.step(),
                before.imagesSeen(),
                before.epoch(),
                before.seeds(),
                before.modelKind(),
                before.architectureFingerprint(),
                before.workerCount(),
                before.batchSizePerWorker(),
                List.of(),
                before.createdAt(),
                before.programVersion(),
                notes);
    }
}
