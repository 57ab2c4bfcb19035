package org.casdm.checkpoint;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.tensor.ContentDigest;
import org.casdm.tensor.SafetensorsWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of a run, each in a folder named by its step ({@code 000012000}).
 *
 * <p>A checkpoint exists if and only if its {@code state.json} is sound and agrees with the other files. That file is
 * written last and deleted first, so the writer may die at any moment and what exists is whole. No rename is needed,
 * which object stores do not have. One process writes to a run at a time.
 */
public final class CheckpointStore {

    private static final Logger LOG = LoggerFactory.getLogger(CheckpointStore.class);
    private static final Pattern FOLDER_NAME = Pattern.compile(StepName.PATTERN);

    private final FileSystem fileSystem;
    private final Path root;

    /** @param root the folder of the checkpoints; it need not exist */
    public CheckpointStore(FileSystem fileSystem, Path root) {
        this.fileSystem = fileSystem;
        this.root = root;
    }

    /** A folder that looks like a checkpoint but is none, and why. */
    public record Incomplete(long step, Path folder, String reason) {}

    /** All that is there, both lists in the order of the steps. */
    public record Listing(List<StoredCheckpoint> complete, List<Incomplete> incomplete) {
        public Listing {
            complete = List.copyOf(complete);
            incomplete = List.copyOf(incomplete);
        }
    }

    private record StepFolder(long step, Path path) {}

    /**
     * Writes a checkpoint. A folder of the same step, complete or not, is removed first.
     *
     * @return the checkpoint as it can be read
     * @throws IOException naming the path that could not be written; what was written of this checkpoint has then been
     *                     removed if that was possible, and the checkpoint before is the newest
     */
    public StoredCheckpoint write(Checkpoint checkpoint) throws IOException {
        var step = checkpoint.state().step();
        for (var before : stepFolders()) {
            if (before.step() == step) {
                delete(before.path());
            }
        }
        var folder = folder(step);
        var complete = false;
        try {
            var stored = writeFiles(checkpoint, folder);
            complete = true;
            return stored;
        } finally {
            if (!complete) {
                deleteRemains(folder);
            }
        }
    }

    private StoredCheckpoint writeFiles(Checkpoint checkpoint, Path folder) throws IOException {
        var digests = new TreeMap<String, ContentDigest>();
        for (var file : checkpoint.files()) {
            var digest = FileSystemFiles.write(
                    fileSystem,
                    new Path(folder, file.name()),
                    stream -> SafetensorsWriter.write(stream, file.tensors(), file.metadata()));
            digests.put(file.name(), digest);
        }
        var manifest = new Manifest(checkpoint.state(), digests);
        // Before the state says so: what the file system has taken is what was given to it.
        var problem = disagreement(manifest, status(folder));
        if (problem.isPresent()) {
            throw new IOException(folder + ": the stored files differ from what was written: " + problem.get());
        }
        FileSystemFiles.write(fileSystem, statePath(folder), manifest.toJson());
        return new StoredCheckpoint(fileSystem, folder, manifest);
    }

    private void deleteRemains(Path folder) {
        try {
            delete(folder);
        } catch (IOException | FSError e) {
            // The failure that led here is on its way to the caller and says more.
            LOG.warn("{}: the incomplete checkpoint cannot be removed: {}", folder, e.toString());
        }
    }

    /** The newest complete checkpoint. Newer folders that are not complete are passed over with a warning. */
    public Optional<StoredCheckpoint> latest() throws IOException {
        var folders = stepFolders();
        for (var i = folders.size() - 1; i >= 0; i--) {
            var found = complete(folders.get(i));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** All complete checkpoints by step, and the folders that are none. */
    public Listing list() throws IOException {
        var complete = new ArrayList<StoredCheckpoint>();
        var incomplete = new ArrayList<Incomplete>();
        for (var folder : stepFolders()) {
            try {
                complete.add(open(folder));
            } catch (CorruptCheckpointException e) {
                incomplete.add(new Incomplete(folder.step(), folder.path(), e.getMessage()));
            }
        }
        return new Listing(complete, incomplete);
    }

    /**
     * The checkpoint of a step.
     *
     * @throws CorruptCheckpointException if there is none, or it is not complete
     */
    public StoredCheckpoint open(long step) throws IOException {
        for (var folder : stepFolders()) {
            if (folder.step() == step) {
                return open(folder);
            }
        }
        return open(new StepFolder(step, folder(step)));
    }

    /**
     * Loads the newest checkpoint that is sound: one whose content turns out to be damaged, twice, is passed over, with
     * a warning, for the one before. Errors of other kinds (no network, no permission, a model that does not fit) are
     * the caller's: an older checkpoint would not help.
     *
     * @return empty if there is no complete checkpoint
     * @throws CorruptCheckpointException if there are checkpoints, and all are damaged
     */
    public <T> Optional<T> loadLatest(CheckpointLoader<T> loader) throws IOException {
        CorruptCheckpointException failure = null;
        var folders = stepFolders();
        for (var i = folders.size() - 1; i >= 0; i--) {
            var candidate = complete(folders.get(i));
            if (candidate.isPresent()) {
                try {
                    return Optional.of(loadTwice(candidate.get(), loader));
                } catch (CorruptCheckpointException e) {
                    LOG.warn("{}; trying the previous checkpoint", e.getMessage());
                    if (failure == null) {
                        failure = e;
                    } else {
                        failure.addSuppressed(e);
                    }
                }
            }
        }
        if (failure != null) {
            throw new CorruptCheckpointException(
                    root + ": every checkpoint is damaged; the newest: " + failure.getMessage()
                            + ". Remove the folder to start again",
                    failure);
        }
        return Optional.empty();
    }

    /** The damage may have been done on the way here, and to pass over a checkpoint is to give up many steps. */
    private static <T> T loadTwice(StoredCheckpoint candidate, CheckpointLoader<T> loader) throws IOException {
        try {
            return loader.load(candidate);
        } catch (CorruptCheckpointException e) {
            LOG.warn("{}; reading it again", e.getMessage());
            return loader.load(candidate);
        }
    }

    /**
     * Removes what is not to be kept, after the checkpoint {@code newest} has been written: complete checkpoints
     * before it, and remains without a {@code state.json}. It never touches {@code newest} itself or anything after
     * it, nor a damaged checkpoint that still has its {@code state.json}.
     *
     * @param newest the step of a checkpoint that is known to be good; it counts as the first of those to keep
     * @throws CorruptCheckpointException if that checkpoint is not complete; nothing is removed then
     */
    public void retain(RetentionPolicy policy, long newest) throws IOException {
        open(newest);
        var kept = 1;
        var folders = stepFolders();
        for (var i = folders.size() - 1; i >= 0; i--) {
            var folder = folders.get(i);
            if (folder.step() >= newest) {
                continue;
            }
            var state = status(folder.path()).stream()
                    .anyMatch(file -> file.getPath().getName().equals(CheckpointFiles.STATE));
            if (!state) {
                LOG.info("{}: removing the remains of a checkpoint", folder.path());
                delete(folder.path());
            } else if (complete(folder).isPresent()) {
                if (kept < policy.keepLast()) {
                    kept++;
                } else if (!policy.keepsForever(folder.step())) {
                    delete(folder.path());
                }
            }
        }
    }

    /**
     * Removes all checkpoints after a step, the newest first. For a run that resumes from that step although later
     * ones are there, damaged or not wanted: they belong to a history that is given up, and would be taken for the
     * newest at the next start.
     */
    public void discardAfter(long step) throws IOException {
        var folders = stepFolders();
        for (var i = folders.size() - 1; i >= 0 && folders.get(i).step() > step; i--) {
            LOG.warn(
                    "{}: removing the checkpoint, because the run resumes from step {}",
                    folders.get(i).path(),
                    step);
            delete(folders.get(i).path());
        }
    }

    /** The folder to which a step's checkpoint is written, whether it exists or not. */
    public Path folder(long step) {
        return new Path(root, StepName.of(step));
    }

    private static Path statePath(Path folder) {
        return new Path(folder, CheckpointFiles.STATE);
    }

    /** By step. Anything else in the folder is none of our business. */
    private List<StepFolder> stepFolders() throws IOException {
        return status(root).stream()
                .filter(entry -> entry.isDirectory()
                        && FOLDER_NAME.matcher(entry.getPath().getName()).matches())
                .map(entry -> new StepFolder(Long.parseLong(entry.getPath().getName()), entry.getPath()))
                .sorted(Comparator.comparingLong(StepFolder::step))
                .toList();
    }

    private List<FileStatus> status(Path folder) throws IOException {
        try {
            return Arrays.asList(fileSystem.listStatus(folder));
        } catch (FileNotFoundException e) {
            return List.of();
        }
    }

    private Optional<StoredCheckpoint> complete(StepFolder folder) throws IOException {
        try {
            return Optional.of(open(folder));
        } catch (CorruptCheckpointException e) {
            LOG.warn("skipping an incomplete checkpoint: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private StoredCheckpoint open(StepFolder folder) throws IOException {
        var statePath = statePath(folder.path());
        var json = FileSystemFiles.readIfPresent(fileSystem, statePath)
                .orElseThrow(() -> new CorruptCheckpointException(folder.path() + ": has no " + CheckpointFiles.STATE
                        + ": writing or removing it did not finish"));
        var manifest = Manifest.parse(statePath.toString(), json);
        if (manifest.state().step() != folder.step()) {
            throw new CorruptCheckpointException(
                    statePath + ": belongs to step " + manifest.state().step());
        }
        var problem = disagreement(manifest, status(folder.path()));
        if (problem.isPresent()) {
            throw new CorruptCheckpointException(folder.path() + ": " + problem.get());
        }
        return new StoredCheckpoint(fileSystem, folder.path(), manifest);
    }

    private static Optional<String> disagreement(Manifest manifest, List<FileStatus> found) {
        var sizes = new HashMap<String, Long>();
        for (var file : found) {
            if (file.isFile()) {
                sizes.put(file.getPath().getName(), file.getLen());
            }
        }
        for (var file : manifest.files().entrySet()) {
            var size = sizes.get(file.getKey());
            if (size == null) {
                return Optional.of(file.getKey() + " is missing");
            }
            if (size != file.getValue().bytes()) {
                return Optional.of(file.getKey() + " has " + size + " bytes instead of "
                        + file.getValue().bytes());
            }
        }
        return Optional.empty();
    }

    /** From the first moment on, what is left is not a checkpoint. */
    private void delete(Path folder) throws IOException {
        try {
            // False if it is not there.
            fileSystem.delete(statePath(folder), false);
            fileSystem.delete(folder, true);
            // Some file systems report a failure by the same false: then there still is something.
            if (!status(folder).isEmpty()) {
                throw new IOException("files are still there");
            }
        } catch (IOException e) {
            throw new IOException(folder + ": cannot be removed: " + e.getMessage(), e);
        }
    }
}
