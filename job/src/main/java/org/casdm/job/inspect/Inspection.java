package org.casdm.job.inspect;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.checkpoint.CheckpointFiles;
import org.casdm.checkpoint.CheckpointStore;
import org.casdm.checkpoint.MetricsLine;
import org.casdm.checkpoint.RunFolder;
import org.casdm.checkpoint.StepName;
import org.casdm.checkpoint.StoredCheckpoint;
import org.casdm.storage.Storage;
import org.casdm.tensor.file.TensorFile;

/** Looks into runs, checkpoints and files of tensors. Reads every tensor once, in pieces. */
public final class Inspection {

    private static final Pattern STEP_FOLDER = Pattern.compile(StepName.PATTERN);
    private static final String CHECKPOINTS = "checkpoints";

    private final Configuration hadoop;
    private final int metricsLines;

    /**
     * @param hadoop       says how to reach the storage
     * @param metricsLines how many of the last lines of metrics are taken
     */
    public Inspection(Configuration hadoop, int metricsLines) {
        this.hadoop = hadoop;
        this.metricsLines = metricsLines;
    }

    /**
     * Looks at a place.
     *
     * @param location the folder of a run, its {@code checkpoints} folder, the folder of one checkpoint, or a file of
     *                 tensors (safetensors or PyTorch)
     * @return a {@link RunSummary}, {@link CheckpointSummary} or {@link FileSummary}
     * @throws FileNotFoundException if nothing is there
     * @throws IOException           if it is nothing of these, is damaged, or the storage fails
     */
    public Record inspect(String location) throws IOException {
        var path = Storage.path(location);
        var fileSystem = Storage.fileSystem(path, hadoop);
        var status = fileSystem.getFileStatus(path);
        if (status.isFile()) {
            return file(fileSystem, status);
        }
        var folder = status.getPath();
        if (STEP_FOLDER.matcher(folder.getName()).matches()) {
            return checkpoint(
                    new CheckpointStore(fileSystem, folder.getParent()).open(Long.parseLong(folder.getName())));
        }
        return run(fileSystem, folder);
    }

    private RunSummary run(FileSystem fileSystem, Path given) throws IOException {
        var folder = given.getName().equals(CHECKPOINTS) && given.getParent() != null ? given.getParent() : given;
        var run = new RunFolder(fileSystem, folder);
        var listing = run.checkpoints().list();
        var metrics = run.metrics(1, Duration.ZERO).readAll();
        if (listing.complete().isEmpty()
                && listing.incomplete().isEmpty()
                && metrics.isEmpty()
                && run.readConfiguration().isEmpty()) {
            throw new IOException(given + " is neither a run nor a checkpoint: it holds no checkpoints, metrics or "
                    + "config.conf. Give the run.folder of a training, a checkpoint in it, or a file of tensors");
        }
        var complete = listing.complete();
        var newest = complete.isEmpty()
                ? Optional.<CheckpointSummary>empty()
                : Optional.of(checkpoint(complete.get(complete.size() - 1)));
        return new RunSummary(
                run.root().toString(),
                complete.stream().map(StoredCheckpoint::step).toList(),
                listing.incomplete(),
                metrics.subList(Math.max(0, metrics.size() - metricsLines), metrics.size()).stream()
                        .map(MetricsLine::values)
                        .toList(),
                newest);
    }

    private static CheckpointSummary checkpoint(StoredCheckpoint checkpoint) throws IOException {
        var files = new ArrayList<FileSummary>();
        for (var file : checkpoint.files().entrySet()) {
            var sinks = new ArrayList<NormSink>();
            checkpoint.read(file.getKey(), info -> {
                var sink = new NormSink(info);
                sinks.add(sink);
                return sink;
            });
            files.add(new FileSummary(
                    file.getKey(),
                    file.getValue().bytes(),
                    sinks.stream().map(NormSink::summary).toList(),
                    Map.of()));
        }
        return new CheckpointSummary(checkpoint.folder().toString(), checkpoint.state(), files);
    }

    private static FileSummary file(FileSystem fileSystem, FileStatus status) throws IOException {
        var path = status.getPath();
        if (path.getName().equals(CheckpointFiles.STATE)) {
            throw new IOException(path + " describes a checkpoint: give its folder, " + path.getParent());
        }
        try (var file = TensorFile.open(fileSystem, path)) {
            var tensors = new ArrayList<TensorSummary>();
            for (var tensor : file.tensors()) {
                var sink = new NormSink(tensor.info());
                tensor.read(sink);
                tensors.add(sink.summary());
            }
            return new FileSummary(path.getName(), status.getLen(), tensors, file.refused());
        }
    }
}
