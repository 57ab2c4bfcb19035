package org.casdm.tensor.file;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.tensor.SafetensorsReader;
import org.casdm.tensor.SeekableInput;
import org.casdm.tensor.StoredTensor;
import org.casdm.tensor.TensorFormatException;
import org.casdm.tensor.pytorch.PyTorchFile;
import org.casdm.tensor.pytorch.PyTorchFileException;

/**
 * An open file of tensors in one of the formats that weights are published in. Opening reads only the structure. For
 * use by one thread.
 */
public final class TensorFile implements Closeable {

    private static final String SAFETENSORS_EXTENSION = ".safetensors";
    /** Length of the header (8 bytes), then its brace. */
    private static final int SAFETENSORS_START = 9;
    /** The length of a header is far below 2^32. */
    private static final int ZERO_FROM = 4;

    private static final int ZERO_TO = 8;

    private final String name;
    private final List<StoredTensor> tensors;
    private final List<String> otherValues;
    private final Map<String, String> metadata;
    private final Map<String, String> refused;
    private final Closeable file;

    private TensorFile(SafetensorsReader file) throws IOException {
        name = file.name();
        var stored = new ArrayList<StoredTensor>();
        for (var info : file.tensors()) {
            stored.add(file.tensor(info.name()));
        }
        tensors = List.copyOf(stored);
        otherValues = List.of();
        metadata = file.metadata();
        refused = file.refused();
        this.file = file;
    }

    private TensorFile(PyTorchFile file) {
        name = file.name();
        tensors = List.copyOf(file.tensors().values());
        otherValues = List.copyOf(file.values().keySet());
        metadata = Map.of();
        refused = file.refused();
        this.file = file;
    }

    /**
     * Opens a file of any Hadoop file system, in the format that it begins like.
     *
     * @throws TensorFormatException if it is a damaged safetensors file
     * @throws PyTorchFileException if it is a damaged PyTorch file, holds nothing that can be read, or is something else
     */
    public static TensorFile open(FileSystem fileSystem, Path path) throws IOException {
        return open(SeekableInput.open(fileSystem, path));
    }

    /** Opens any seekable bytes as {@link #open(FileSystem, Path)}; they are closed with the file. */
    public static TensorFile open(SeekableInput input) throws IOException {
        boolean safetensors;
        try {
            safetensors = isSafetensors(input);
        } catch (IOException | RuntimeException e) {
            try (input) {
                throw e;
            }
        }
        return safetensors ? new TensorFile(new SafetensorsReader(input)) : new TensorFile(PyTorchFile.open(input));
    }

    private static boolean isSafetensors(SeekableInput input) throws IOException {
        if (input.name().endsWith(SAFETENSORS_EXTENSION)) {
            return true;
        }
        if (input.size() < SAFETENSORS_START) {
            return false;
        }
        var start = new byte[SAFETENSORS_START];
        input.readFully(0, start, 0, start.length);
        boolean small = true;
        for (int i = ZERO_FROM; i < ZERO_TO; i++) {
            small &= start[i] == 0;
        }
        return small && start[SAFETENSORS_START - 1] == '{';
    }

    /** What messages call the file. */
    public String name() {
        return name;
    }

    /** All tensors in the file's order; those of a PyTorch file by their paths, see {@link PyTorchFile#tensors()}. */
    public List<StoredTensor> tensors() {
        return tensors;
    }

    /** Paths of what else a PyTorch file holds: numbers, texts. */
    public List<String> otherValues() {
        return otherValues;
    }

    /** Paths of what is not read, and why: objects of unknown classes, tensors of unknown element types. */
    public Map<String, String> refused() {
        return refused;
    }

    /** Why something at a path, below it, or that the path leads into, is not read; empty if all of it is. */
    public Optional<String> refusal(String path) {
        return refused.entrySet().stream()
                .filter(entry -> entry.getKey().equals(path)
                        || entry.getKey().startsWith(path + '.')
                        || path.startsWith(entry.getKey() + '.'))
                .map(entry -> "'" + entry.getKey() + "': " + entry.getValue())
                .findFirst();
    }

    /** A safetensors file's texts about itself. */
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
