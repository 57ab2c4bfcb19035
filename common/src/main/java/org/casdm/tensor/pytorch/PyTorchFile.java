package org.casdm.tensor.pytorch;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.tensor.SeekableInput;

/**
 * A file that {@code torch.save} wrote: a tensor, a state dict, or a checkpoint that nests them among plain values.
 * Both formats are read, the zip archive of PyTorch 1.6 and newer and the older stream (see
 * {@code torch/serialization.py}).
 *
 * <p>Nothing in the file is run. Tensors, Parameters, plain values, containers, devices and dtypes are read; any other
 * name that a pickle mentions makes what is built of it a refused value ({@link #refused()}), which has no content. A
 * file that is nothing else is refused with a {@link PickleException} that says the name. Lengths, shapes and nesting are checked against the size
 * of the file before memory is reserved for them, so that a cut or hostile file ends in a {@link PyTorchFileException}.
 * What is read of a zip archive is compared with its CRC-32. The older stream has no checksums: whether numbers in its
 * tensors are the right ones, only a SHA-256 of the file shows.
 *
 * <p>Opening reads only the structure; each tensor is read when it is asked for, until the file is closed. For use by
 * one thread.
 */
public final class PyTorchFile implements Closeable {

    private static final int ZIP_START = 0x504b0304;
    private static final int PICKLE_PROTOCOL = 0x80;

    private final SeekableInput source;
    private final StateTree tree;

    private PyTorchFile(SeekableInput source) throws IOException {
        this.source = source;
        var archive = openArchive(source);
        this.tree = new StateTree(
                source.name(), archive.root(), (name, tensor) -> new PyTorchTensor(name, tensor, source, archive));
        for (var tensor : tree.tensors().values()) {
            tensor.requireComplete();
        }
    }

    /**
     * Opens a file of any Hadoop file system.
     *
     * @throws PyTorchFileException if it is not a state file, is cut or damaged, or holds what is refused
     */
    public static PyTorchFile open(FileSystem fileSystem, Path path) throws IOException {
        return open(SeekableInput.open(fileSystem, path));
    }

    /**
     * Opens any seekable bytes, and closes them when this file is closed or cannot be opened.
     *
     * @throws PyTorchFileException if they are not a state file, are cut or damaged, or hold what is refused
     */
    public static PyTorchFile open(SeekableInput source) throws IOException {
        try {
            return new PyTorchFile(source);
        } catch (IOException | RuntimeException | Error e) {
            try {
                source.close();
            } catch (IOException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
    }

    private static StorageArchive openArchive(SeekableInput source) throws IOException {
        var start = new byte[(int) Math.min(Integer.BYTES, source.size())];
        source.readFully(0, start, 0, start.length);
        if (start.length == Integer.BYTES && ByteBuffer.wrap(start).getInt() == ZIP_START) {
            return new ZipArchive(source);
        }
        if (start.length == Integer.BYTES && Byte.toUnsignedInt(start[0]) == PICKLE_PROTOCOL) {
            return new StreamArchive(source);
        }
        throw new PyTorchFileException(
                source.name(),
                "not a PyTorch state file (" + source.size()
                        + " bytes): it starts neither as a zip archive nor as a pickle");
    }

    /** What messages call the file. */
    public String name() {
        return source.name();
    }

    /**
     * All tensors in the file's order by their paths: dict keys and list places joined by dots, from the root, such as
     * {@code state_dict.layer.weight}. A tensor that the tree has at two places is listed twice.
     */
    public Map<String, PyTorchTensor> tensors() {
        return tree.tensors();
    }

    /**
     * All plain values by their paths, which are built as those of {@link #tensors()}: {@code String}, {@code Long},
     * {@code BigInteger}, {@code Double}, {@code Boolean}, {@code null}, read-only {@code ByteBuffer} (bytes); a
     * {@code torch.dtype} or {@code torch.device} is its name.
     */
    public Map<String, Object> values() {
        return tree.values();
    }

    /** What is not read, by its path, and why: objects of unknown classes, tensors of element types without support. */
    public Map<String, String> refused() {
        return tree.refused();
    }

    /**
     * The tree as it was saved: unmodifiable {@code Map}s (dict, OrderedDict, Counter; in order), {@code List}s (list,
     * tuple, set; a complex number's two parts), {@link PyTorchTensor}s, the plain values of {@link #values()} and
     * {@link RefusedValue}s.
     */
    public Object root() {
        return tree.root();
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
