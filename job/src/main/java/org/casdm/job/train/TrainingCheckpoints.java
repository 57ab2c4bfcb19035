package org.casdm.job.train;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.casdm.cascade.ModelTensors;
import org.casdm.checkpoint.Checkpoint;
import org.casdm.checkpoint.CheckpointFile;
import org.casdm.checkpoint.CheckpointFiles;
import org.casdm.checkpoint.CheckpointStore;
import org.casdm.checkpoint.RetentionPolicy;
import org.casdm.checkpoint.RunFolder;
import org.casdm.checkpoint.StoredCheckpoint;
import org.casdm.checkpoint.TrainingState;
import org.casdm.config.CasdmConfig;
import org.casdm.data.BatchOrder;
import org.casdm.data.Divisions;
import org.casdm.job.JobFailure;
import org.casdm.job.ProgramVersion;
import org.casdm.tensor.TensorSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a {@link TrainedModel} into the run folder, and finds it there again. */
final class TrainingCheckpoints {

    private static final Logger LOG = LoggerFactory.getLogger(TrainingCheckpoints.class);
    private static final String FIRST_MOMENT = "adam.m.";
    private static final String SECOND_MOMENT = "adam.v.";
    private static final String OUTER_MOMENTUM = "outer.m.";
    /** Among what tells how the checkpoint was made. */
    private static final String DIVISIONS = "divisions";

    private final CheckpointStore store;
    private final CheckpointStore averages;
    private final RetentionPolicy retention;
    private final CasdmConfig config;

    TrainingCheckpoints(RunFolder folder, CasdmConfig config) {
        store = folder.checkpoints();
        averages = folder.averages();
        retention = new RetentionPolicy(
                config.checkpoint().keepLast(), config.checkpoint().keepEverySteps());
        this.config = config;
    }

    /**
     * Where training stands.
     *
     * @param divisions how the images of the epoch under way were dealt to workers
     */
    record Place(long step, long imagesSeen, Divisions divisions) {

        static Place start(BatchOrder order) {
            return new Place(0, 0, Divisions.start(order));
        }
    }

    /**
     * Writes a checkpoint and removes those that are no longer kept.
     *
     * @param epoch the epoch that the next image belongs to
     * @return seconds that it took
     */
    double write(
            TrainedModel model,
            TimestepLosses timesteps,
            Place place,
            long epoch,
            int workers,
            Map<String, String> provenance)
            throws IOException {
        long begin = System.nanoTime();
        var files = new ArrayList<CheckpointFile>();
        var metadata = metadata(place);
        files.add(new CheckpointFile(
                CheckpointFiles.MODEL, metadata, model.tensors().sources("", model.parameters())));
        for (var average : model.averages()) {
            files.add(new CheckpointFile(
                    CheckpointFiles.exponentialMovingAverage(average.rate()),
                    metadata,
                    model.tensors().sources("", average.average())));
        }
        files.addAll(powerAverages(model, place));
        var moments = new ArrayList<TensorSource>(model.tensors().sources(FIRST_MOMENT, model.firstMoments()));
        moments.addAll(model.tensors().sources(SECOND_MOMENT, model.secondMoments()));
        files.add(new CheckpointFile(CheckpointFiles.OPTIMIZER, metadata, moments));
        model.outerMomentum()
                .ifPresent(momentum -> files.add(new CheckpointFile(
                        CheckpointFiles.OUTER_OPTIMIZER,
                        metadata,
                        model.tensors().sources(OUTER_MOMENTUM, momentum))));
        timesteps.file(metadata).ifPresent(files::add);
        var state = state(model, place, epoch, workers, provenance);
        var written = store.write(new Checkpoint(state, files));
        store.retain(retention, place.step());
        double seconds = (System.nanoTime() - begin) / 1e9;
        LOG.info(
                "checkpoint of step {} written to {} in {} s",
                place.step(),
                written.folder(),
                String.format(Locale.ROOT, "%.1f", seconds));
        return seconds;
    }

    /** Stores the power-function averages, for good. */
    void writeAverages(TrainedModel model, Place place, long epoch, int workers, Map<String, String> provenance)
            throws IOException {
        var written = averages.write(
                new Checkpoint(state(model, place, epoch, workers, provenance), powerAverages(model, place)));
        LOG.info("power-function averages of step {} written to {}", place.step(), written.folder());
    }

    private static Map<String, String> metadata(Place place) {
        return Map.of("format", "pt", "step", Long.toString(place.step()));
    }

    private static List<CheckpointFile> powerAverages(TrainedModel model, Place place) {
        return model.powerAverages().stream()
                .map(average -> new CheckpointFile(
                        CheckpointFiles.powerFunctionAverage(average.std()),
                        metadata(place),
                        model.tensors().sources("", average.average())))
                .toList();
    }

    private TrainingState state(
            TrainedModel model, Place place, long epoch, int workers, Map<String, String> provenance) {
        var notes = new TreeMap<>(provenance);
        notes.put(DIVISIONS, place.divisions().toString());
        return new TrainingState(
                place.step(),
                place.imagesSeen(),
                epoch,
                new TreeMap<>(Map.of("run", config.run().seed())),
                model.spec().kind().configName(),
                fingerprint(model),
                workers,
                config.train().batchSizePerWorker(),
                config.train().emaRates(),
                Instant.now(),
                ProgramVersion.get(),
                notes);
    }

    /**
     * Fills the model from the newest complete checkpoint, and removes what is newer than it.
     *
     * @return where training stood; empty if there is no checkpoint
     * @throws JobFailure if the checkpoint is of another model
     */
    Optional<Place> load(TrainedModel model, TimestepLosses timesteps) throws IOException {
        var place = store.loadLatest(checkpoint -> load(checkpoint, model, timesteps));
        if (place.isPresent()) {
            store.discardAfter(place.get().step());
            averages.discardAfter(place.get().step());
        }
        return place;
    }

    private Place load(StoredCheckpoint checkpoint, TrainedModel model, TimestepLosses timesteps) throws IOException {
        var state = checkpoint.state();
        if (!state.architectureFingerprint().equals(fingerprint(model))) {
            throw new JobFailure(checkpoint.folder() + " holds another model than the configuration. There: "
                    + state.architectureFingerprint() + ". Here: " + fingerprint(model)
                    + ". Choose another run.folder, or the configuration that the run began with (its config.conf)");
        }
        read(checkpoint, CheckpointFiles.MODEL, List.of(model.tensors().loading("", model.parameters())));
        for (var average : model.averages()) {
            read(
                    checkpoint,
                    CheckpointFiles.exponentialMovingAverage(average.rate()),
                    List.of(model.tensors().loading("", average.average())));
        }
        for (var average : model.powerAverages()) {
            read(
                    checkpoint,
                    CheckpointFiles.powerFunctionAverage(average.std()),
                    List.of(model.tensors().loading("", average.average())));
        }
        read(
                checkpoint,
                CheckpointFiles.OPTIMIZER,
                List.of(
                        model.tensors().loading(FIRST_MOMENT, model.firstMoments()),
                        model.tensors().loading(SECOND_MOMENT, model.secondMoments())));
        readOuterMomentum(checkpoint, model);
        timesteps.load(checkpoint);
        LOG.info("resuming from {} (step {}, {} images seen)", checkpoint.folder(), state.step(), state.imagesSeen());
        return new Place(state.step(), state.imagesSeen(), divisions(state));
    }

    private static void readOuterMomentum(StoredCheckpoint checkpoint, TrainedModel model) throws IOException {
        boolean stored = checkpoint.files().containsKey(CheckpointFiles.OUTER_OPTIMIZER);
        if (model.outerMomentum().isPresent() && stored) {
            read(
                    checkpoint,
                    CheckpointFiles.OUTER_OPTIMIZER,
                    List.of(model.tensors()
                            .loading(OUTER_MOMENTUM, model.outerMomentum().get())));
        } else if (model.outerMomentum().isPresent()) {
            LOG.info("{} has no momentum of an outer optimizer: it starts from 0", checkpoint.folder());
        } else if (stored) {
            LOG.info("the outer optimizer is off: its momentum in {} is not used", checkpoint.folder());
        }
    }

    private static Divisions divisions(TrainingState state) {
        var noted = state.provenance().get(DIVISIONS);
        return noted != null
                ? Divisions.parse(noted)
                : Divisions.start(new BatchOrder(state.workerCount(), state.batchSizePerWorker()));
    }

    private static void read(StoredCheckpoint checkpoint, String file, List<ModelTensors.Loading> loadings)
            throws IOException {
        checkpoint.read(
                file,
                info -> loadings.stream()
                        .map(loading -> loading.apply(info))
                        .filter(sink -> sink != null)
                        .findFirst()
                        .orElse(null));
        for (var loading : loadings) {
            loading.requireComplete(checkpoint.folder() + "/" + file);
        }
    }

    /** What has to be equal for parameters to mean the same. */
    private static String fingerprint(TrainedModel model) {
        var spec = model.spec();
        var text = new StringBuilder(spec.kind().configName());
        spec.networks()
                .forEach(network ->
                        text.append(' ').append(network.name()).append('=').append(network.spec()));
        return text.append(' ')
                .append(spec.schedule())
                .append(" clip=")
                .append(spec.clip())
                .toString();
    }
}
