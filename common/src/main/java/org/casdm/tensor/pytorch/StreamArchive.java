package org.casdm.tensor.pytorch;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import org.casdm.tensor.SeekableInput;
import org.casdm.tensor.pytorch.PickleValue.DictionaryValue;
import org.casdm.tensor.pytorch.PickleValue.ListValue;
import org.casdm.tensor.pytorch.PickleValue.StorageValue;

/**
 * The format before PyTorch 1.6: pickles of a magic number, a protocol version, facts about the writing machine, the
 * tree, and the list of storage keys; then for each key the number of elements (64 bits) and the elements, always
 * little endian.
 */
final class StreamArchive implements StorageArchive {

    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final long PROTOCOL = 1001;
    private static final int COUNT_BYTES = Long.BYTES;

    private final SeekableInput source;
    private final Object root;
    /** Of each storage, the place of its element count; its elements follow. */
    private final Map<String, Long> positions = new HashMap<>();

    StreamArchive(SeekableInput source) throws IOException {
        this.source = source;
        var input = new PickleInput(source, 0, source.size());
        var none = new StorageTable(0);
        var first = new PickleMachine(input, none).run();
        if (!MAGIC.equals(first)) {
            var refused = new StateTree(source.name(), first, (name, tensor) -> null).refused().values().stream();
            throw new PickleException(
                    source.name(),
                    "a pickle, but not a PyTorch state file: it does not start with PyTorch's magic number"
                            + refused.findFirst().map(reason -> "; " + reason).orElse(""));
        }
        var protocol = new PickleMachine(input, none).run();
        if (!Long.valueOf(PROTOCOL).equals(protocol)) {
            throw new PyTorchFileException(source.name(), "the format version is not " + PROTOCOL);
        }
        if (!(new PickleMachine(input, none).run() instanceof DictionaryValue)) {
            throw new PyTorchFileException(source.name(), "the third pickle does not describe the writing machine");
        }
        var storages = new StorageTable(source.size());
        root = new PickleMachine(input, storages).run();
        if (!(new PickleMachine(input, none).run() instanceof ListValue keys)) {
            throw new PyTorchFileException(source.name(), "the fifth pickle is not the list of storage keys");
        }
        var position = input.position();
        for (var key : keys.items) {
            if (!(key instanceof String name) || storages.get(name) == null) {
                throw new PyTorchFileException(source.name(), "the list of storage keys has one that no tensor uses");
            }
            if (positions.put(name, position) != null) {
                throw new PyTorchFileException(
                        source.name(), "the list of storage keys has " + Text.quote(name) + " twice");
            }
            // Neither term is larger than the file, and the sum is checked against the file before the next round.
            position += COUNT_BYTES + storages.get(name).wholeBytes();
            if (position > source.size()) {
                throw new PyTorchFileException(
                        source.name(),
                        "the file is cut: storage " + Text.quote(name) + " ends at byte " + position + ", the file at "
                                + source.size());
            }
        }
    }

    @Override
    public Object root() {
        return root;
    }

    @Override
    public ByteOrder byteOrder() {
        return ByteOrder.LITTLE_ENDIAN;
    }

    @Override
    public Optional<String> findProblem(StorageValue storage) {
        return positions.containsKey(storage.key())
                ? Optional.empty()
                : Optional.of("storage " + Text.quote(storage.key()) + " is not among the storages of the file");
    }

    @Override
    public long locate(StorageValue storage) throws IOException {
        var position = positions.get(storage.key());
        var stored = new PickleInput(source, position, position + COUNT_BYTES).readLong();
        if (stored != storage.wholeCount()) {
            throw new PyTorchFileException(
                    source.name(),
                    "storage " + Text.quote(storage.key()) + " at byte " + position + " has " + stored
                            + " elements, but the tensors over it say " + storage.wholeCount());
        }
        return position + COUNT_BYTES;
    }

    @Override
    public void verify(StorageValue storage) {
        // The format has no checksums.
    }

    @Override
    public void verify(StorageValue storage, CRC32 found) {
        // The format has no checksums.
    }
}
