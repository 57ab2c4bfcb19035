package org.casdm.checkpoint;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.tensor.SafetensorsWriter;

/**
 * What is kept of training steps that went wrong, for a person to look at: below the run folder, {@code
 * failures/<step>-worker<index>/} with safetensors and other files and {@value #REPORT}, which is written last. Nothing
 * reads it back: a run does not depend on it.
 */
public final class FailureStore {

    /** The file that describes what happened. */
    public static final String REPORT = "failure.json";
    /** What the worker went through, with the loss terms of each image. */
    public static final String MINIBATCH = "minibatch.safetensors";
    /** The images of the minibatch, to be looked at. */
    public static final String PICTURE = "minibatch.png";

    private static final Pattern FOLDER_NAME = Pattern.compile("(" + StepName.PATTERN + ")-worker\\p{Nd}+");
    private static final JsonMapper JSON = new JsonMapper();

    private final FileSystem fileSystem;
    private final Path root;

    /** @param root the folder of the failures; it need not exist */
    FailureStore(FileSystem fileSystem, Path root) {
        this.fileSystem = fileSystem;
        this.root = root;
    }

    /** The folder of a failure, whether it exists or not. */
    public Path folder(long step, int worker) {
        return new Path(root, StepName.of(step) + "-worker" + worker);
    }

    /**
     * Writes a failure, over an earlier one of the same step and worker: a task that is tried again finds the same.
     *
     * @param tensors  files of tensors
     * @param pictures other files by name
     * @param report   what Jackson makes a JSON object of; numbers that are not finite become texts ("NaN")
     * @return its folder
     * @throws IOException naming the path that could not be written
     */
    public Path write(
            long step, int worker, List<CheckpointFile> tensors, Map<String, byte[]> pictures, Map<String, ?> report)
            throws IOException {
        var folder = folder(step, worker);
        for (var file : tensors) {
            FileSystemFiles.write(
                    fileSystem,
                    new Path(folder, file.name()),
                    stream -> SafetensorsWriter.write(stream, file.tensors(), file.metadata()));
        }
        for (var file : pictures.entrySet()) {
            FileSystemFiles.write(fileSystem, new Path(folder, file.getKey()), file.getValue());
        }
        FileSystemFiles.write(
                fileSystem,
                new Path(folder, REPORT),
                JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(report));
        return folder;
    }

    /** Removes all but the newest failures. */
    public void retain(int count) throws IOException {
        var folders = folders();
        for (var folder : folders.subList(0, Math.max(0, folders.size() - count))) {
            fileSystem.delete(folder, true);
        }
    }

    /** The folders of all failures, by step. */
    public List<Path> folders() throws IOException {
        try {
            return Arrays.stream(fileSystem.listStatus(root))
                    .filter(entry -> entry.isDirectory()
                            && FOLDER_NAME.matcher(entry.getPath().getName()).matches())
                    .map(FileStatus::getPath)
                    .sorted(Comparator.comparingLong(FailureStore::step).thenComparing(Path::getName))
                    .toList();
        } catch (FileNotFoundException e) {
            return List.of();
        }
    }

    private static long step(Path folder) {
        var name = FOLDER_NAME.matcher(folder.getName());
        name.matches();
        return Long.parseLong(name.group(1));
    }
}
