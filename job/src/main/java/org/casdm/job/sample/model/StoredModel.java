package org.casdm.job.sample.model;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.cascade.ConfiguredModel;
import org.casdm.cascade.ModelSpec;
import org.casdm.cascade.ModelTensors;
import org.casdm.checkpoint.CheckpointFiles;
import org.casdm.checkpoint.CorruptCheckpointException;
import org.casdm.checkpoint.RunFolder;
import org.casdm.checkpoint.StoredCheckpoint;
import org.casdm.config.CasdmConfig;
import org.casdm.config.ConfigException;
import org.casdm.config.ConfigLoader;
import org.casdm.config.ConfigText;
import org.casdm.job.JobFailure;
import org.casdm.storage.Storage;

/**
 * The weights that images are drawn from: a file of a run's checkpoint, and the run's configuration, which says what
 * they are the weights of.
 *
 * @param run the run's folder
 * @param step of the checkpoint
 * @param file within the checkpoint
 * @param sha256 of that file
 * @param config of the run
 */
public record StoredModel(String run, long step, String file, String sha256, CasdmConfig config)
        implements Serializable {

    private static final Pattern STEP_FOLDER = Pattern.compile("0*(\\p{Nd}{1,18})");
    private static final Pattern AT_STEP = Pattern.compile("(.+)@([0-9]{1,18})/?");
    private static final String CHECKPOINTS = "checkpoints";

    /**
     * Finds the weights.
     *
     * @param location a run's folder (its newest complete checkpoint is meant), {@code folder@step}, or a checkpoint's
     *        own folder
     * @param weights which of its files
     * @throws ConfigException if there is no such average; lists those that there are
     * @throws JobFailure if there is no run or no complete checkpoint
     */
    public static StoredModel find(String location, WeightChoice weights, Configuration hadoop) throws IOException {
        var place = Storage.path(location);
        var step = OptionalLong.empty();
        var atStep = AT_STEP.matcher(location);
        var stepFolder = STEP_FOLDER.matcher(place.getName());
        if (atStep.matches() && !isRun(place, hadoop)) {
            place = Storage.path(atStep.group(1));
            step = OptionalLong.of(Long.parseLong(atStep.group(2)));
        } else if (stepFolder.matches()
                && place.getParent() != null
                && place.getParent().getName().equals(CHECKPOINTS)) {
            step = OptionalLong.of(Long.parseLong(stepFolder.group(1)));
            place = place.getParent().getParent();
        }
        var folder = new RunFolder(Storage.fileSystem(place, hadoop), place);
        var config = configuration(folder);
        var checkpoint = checkpoint(folder, step);
        var file =
                weights.file(config, averages(checkpoint), checkpoint.folder().toString());
        return new StoredModel(
                folder.root().toString(),
                checkpoint.step(),
                file,
                checkpoint.files().get(file).sha256(),
                config);
    }

    /** A folder's own name may look like a step; a bucket's cannot, {@code s3a://bucket@7} is a step of its root. */
    private static boolean isRun(Path place, Configuration hadoop) throws IOException {
        var authority = place.toUri().getAuthority();
        return (authority == null || !authority.contains("@"))
                && new RunFolder(Storage.fileSystem(place, hadoop), place)
                        .readConfiguration()
                        .isPresent();
    }

    private static CasdmConfig configuration(RunFolder folder) throws IOException {
        var text = folder.readConfiguration()
                .orElseThrow(() -> new JobFailure(folder.root() + " is not a run: it has no config.conf. Give the "
                        + "run.folder of a training, the same with @STEP appended, or a folder in its checkpoints/"));
        return ConfigLoader.loadStored(new ConfigText(folder.configurationPath().toString(), text));
    }

    private static StoredCheckpoint checkpoint(RunFolder folder, OptionalLong step) throws IOException {
        var store = folder.checkpoints();
        if (step.isPresent()) {
            try {
                return store.open(step.getAsLong());
            } catch (CorruptCheckpointException e) {
                throw new JobFailure(e.getMessage() + ". Complete checkpoints of this run: "
                        + describe(store.list().complete().stream()
                                .map(StoredCheckpoint::step)
                                .toList()));
            }
        }
        return store.latest()
                .orElseThrow(() -> new JobFailure(folder.root() + " holds no complete checkpoint yet:"
                        + " train writes one every checkpoint.every-steps steps and at its end"));
    }

    private static List<Double> averages(StoredCheckpoint checkpoint) {
        return checkpoint.files().keySet().stream()
                .map(CheckpointFiles::exponentialMovingAverageRate)
                .filter(rate -> rate.isPresent())
                .map(rate -> rate.getAsDouble())
                .toList();
    }

    private static String describe(List<Long> steps) {
        return steps.isEmpty() ? "none" : steps.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    /** What the weights are the weights of. */
    public ModelSpec spec() {
        return ConfiguredModel.of(config);
    }

    /**
     * Reads the weights into native memory.
     *
     * @return the model's flat vector, the caller's own
     * @throws JobFailure if the file has changed since it was found
     */
    public FloatPointer load(Configuration hadoop) throws IOException {
        var checkpoint = RunFolder.at(run, hadoop).checkpoints().open(step);
        var now = checkpoint.files().get(file);
        if (now == null || !now.sha256().equals(sha256)) {
            throw new JobFailure(
                    checkpoint.folder() + "/" + file + " changed while images were drawn from it. Start again");
        }
        var tensors = new ModelTensors(spec());
        var vector = new FloatPointer(tensors.length());
        var loading = tensors.loading("", vector);
        checkpoint.read(file, loading);
        loading.requireComplete(checkpoint.folder() + "/" + file);
        return vector;
    }

    @Override
    public String toString() {
        return file + " of step " + step + " of " + run;
    }
}
