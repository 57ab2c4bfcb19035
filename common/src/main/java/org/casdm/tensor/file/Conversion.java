package org.casdm.tensor.file;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.casdm.tensor.ContentDigest;
import org.casdm.tensor.SafetensorsWriter;
import org.casdm.tensor.StoredTensor;
import org.casdm.tensor.TensorFormatException;
import org.casdm.tensor.TensorInfo;
import org.casdm.tensor.TensorSource;

/**
 * What becomes of a file of tensors as a safetensors file: which tensors, under which names. Element types and values
 * stay as they are; a tensor at a time is read and written, in pieces.
 */
public final class Conversion {

    /** As safetensors' own tools mark what PyTorch is to read. */
    private static final Map<String, String> PYTORCH = Map.of("format", "pt");
    /** What a tensor is called that was the whole of a file. */
    private static final String NAMELESS = "tensor";

    private static final String RESERVED = "__metadata__";

    private record Renamed(TensorInfo info, StoredTensor tensor) {}

    private final TensorFile file;
    private final boolean whole;
    private final Map<String, String> metadata;
    private final List<Renamed> taken = new ArrayList<>();
    private final List<String> left;

    /**
     * Plans a conversion.
     *
     * @param file stays open until it is written
     * @param key of nested checkpoints: only tensors below this path ({@code state_dict}, {@code model.ema}) are taken,
     *        and their names begin after it; empty: all, by their whole paths
     * @throws TensorFormatException if there are no tensors below the key, or something that is not read
     */
    public Conversion(TensorFile file, Optional<String> key) throws TensorFormatException {
        this.file = file;
        var refusal = key.flatMap(file::refusal);
        if (refusal.isPresent()) {
            throw new TensorFormatException(file.name(), refusal.get());
        }
        whole = key.isEmpty();
        metadata = file.metadata().isEmpty() ? PYTORCH : file.metadata();
        left = new ArrayList<>(file.otherValues());
        for (var tensor : file.tensors()) {
            var name = name(tensor.info().name(), key);
            if (name.isEmpty()) {
                left.add(tensor.info().name());
            } else if (name.get().equals(RESERVED)) {
                throw new TensorFormatException(
                        file.name(), "a tensor has the name " + RESERVED + ", which safetensors files reserve");
            } else {
                taken.add(new Renamed(
                        new TensorInfo(
                                name.get(), tensor.info().type(), tensor.info().shape()),
                        tensor));
            }
        }
        if (key.isPresent() && taken.isEmpty()) {
            throw new TensorFormatException(
                    file.name(), "has no tensors below '" + key.get() + "'; it has them below " + groups(file));
        }
    }

    private static Optional<String> name(String path, Optional<String> key) {
        if (key.isEmpty()) {
            return Optional.of(path.isEmpty() ? NAMELESS : path);
        }
        if (path.equals(key.get())) {
            return Optional.of(path.substring(path.lastIndexOf('.') + 1));
        }
        return path.startsWith(key.get() + ".")
                ? Optional.of(path.substring(key.get().length() + 1))
                : Optional.empty();
    }

    private static String groups(TensorFile file) {
        var first = new LinkedHashSet<String>();
        for (var tensor : file.tensors()) {
            var path = tensor.info().name();
            first.add("'" + (path.contains(".") ? path.substring(0, path.indexOf('.')) : path) + "'");
        }
        return first.isEmpty() ? "nothing" : String.join(", ", first);
    }

    /** What the safetensors file will hold, in order. */
    public List<TensorInfo> tensors() {
        return taken.stream().map(Renamed::info).toList();
    }

    /** Paths of what it will not hold: plain values, and tensors that are not below the key. */
    public List<String> left() {
        return List.copyOf(left);
    }

    /** What of the file is not read, by its path, and why. Without a key nothing is written then. */
    public Map<String, String> refused() {
        return file.refused();
    }

    /**
     * Checks that nothing would be lost that might hold tensors.
     *
     * @throws TensorFormatException if all of a file is to be converted and some of it is not read
     */
    public void requireComplete() throws TensorFormatException {
        if (whole && !file.refused().isEmpty()) {
            var first = file.refused().entrySet().iterator().next();
            throw new TensorFormatException(
                    file.name(),
                    "'" + first.getKey() + "': " + first.getValue()
                            + (taken.isEmpty()
                                    ? ""
                                    : ". --key takes the tensors below one path; there are some below "
                                            + groups(file)));
        }
    }

    /** Bytes of all elements. */
    public long byteSize() {
        return taken.stream().mapToLong(renamed -> renamed.info().byteSize()).sum();
    }

    /**
     * Writes the safetensors file.
     *
     * @return its size and hash
     * @throws TensorFormatException if all of a file was to be converted and some of it is not read
     */
    public ContentDigest write(OutputStream stream) throws IOException {
        requireComplete();
        var sources = taken.stream()
                .map(renamed ->
                        TensorSource.of(renamed.info(), sink -> renamed.tensor().readBytes(sink::acceptBytes)))
                .toList();
        return SafetensorsWriter.write(stream, sources, metadata);
    }
}
