package org.casdm.checkpoint;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.SortedMap;
import java.util.function.Function;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.tensor.ContentDigest;
import org.casdm.tensor.FloatSink;
import org.casdm.tensor.SafetensorsReader;
import org.casdm.tensor.SeekableInput;
import org.casdm.tensor.TensorFormatException;
import org.casdm.tensor.TensorInfo;
import org.casdm.tensor.VerifiedInput;

/** A complete checkpoint: its {@code state.json} is sound, and its files are there in the sizes it names. */
public final class StoredCheckpoint {

    private final FileSystem fileSystem;
    private final Path folder;
    private final Manifest manifest;

    StoredCheckpoint(FileSystem fileSystem, Path folder, Manifest manifest) {
        this.fileSystem = fileSystem;
        this.folder = folder;
        this.manifest = manifest;
    }

    public long step() {
        return manifest.state().step();
    }

    public Path folder() {
        return folder;
    }

    public TrainingState state() {
        return manifest.state();
    }

    /** The files by name, without {@code state.json}. */
    public SortedMap<String, ContentDigest> files() {
        return manifest.files();
    }

    /**
     * Reads a file from front to back, verifying its hash on the way. What the sinks were given is to be trusted only
     * when this method has returned.
     *
     * @param sinks gives the sink of a tensor, or null if the tensor is not wanted; what it and the sinks throw
     *              comes through, unless the file turns out to be damaged
     * @throws CorruptCheckpointException if the content is not what was written
     */
    public void read(String fileName, Function<TensorInfo, FloatSink> sinks) throws IOException {
        try (var input = new VerifiedInput(open(fileName), digest(fileName))) {
            try {
                // Closing the reader would close the input, which this block does.
                @SuppressWarnings("resource")
                var reader = new SafetensorsReader(input);
                reader.readAll(sinks);
            } catch (RuntimeException e) {
                // The receiver may have stumbled over damaged content: then that is the error to report.
                try {
                    input.verify();
                } catch (TensorFormatException damaged) {
                    damaged.addSuppressed(e);
                    throw damaged;
                }
                throw e;
            }
            input.verify();
        } catch (TensorFormatException | EOFException e) {
            throw new CorruptCheckpointException("checkpoint of step " + step() + " is damaged: " + e.getMessage(), e);
        }
    }

    /**
     * Verifies the hashes of all files.
     *
     * @throws CorruptCheckpointException if the content of one is not what was written
     */
    public void verify() throws IOException {
        for (var fileName : files().keySet()) {
            read(fileName, info -> null);
        }
    }

    /** Opens a file for reading at will; its header is checked, its hash is not. */
    public SafetensorsReader openUnverified(String fileName) throws IOException {
        return new SafetensorsReader(open(fileName));
    }

    private SeekableInput open(String fileName) throws IOException {
        var path = new Path(folder, fileName);
        digest(fileName);
        try {
            return SeekableInput.open(fileSystem, path);
        } catch (FileNotFoundException e) {
            throw new CorruptCheckpointException("checkpoint of step " + step() + ": " + path + " has disappeared", e);
        }
    }

    private ContentDigest digest(String fileName) {
        var digest = files().get(fileName);
        if (digest == null) {
            throw new IllegalArgumentException("checkpoint " + folder + " has no file " + fileName + ", but "
                    + String.join(", ", files().keySet()));
        }
        return digest;
    }

    @Override
    public String toString() {
        return folder.toString();
    }
}
