package org.casdm.tensor.pytorch;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;
import org.casdm.tensor.SeekableInput;
import org.casdm.tensor.pytorch.PickleValue.StorageValue;

/**
 * The format since PyTorch 1.6: a zip archive with one folder that holds {@code data.pkl} (the tree), {@code data/KEY}
 * (a storage each) and, since 2.1, {@code byteorder}.
 */
final class ZipArchive implements StorageArchive {

    private static final String TREE = "data.pkl";

    private final SeekableInput source;
    private final ZipDirectory directory;
    private final String folder;
    private final ByteOrder byteOrder;
    private final Object root;
    /** Entries that have been compared with their checksums. */
    private final Set<String> verified = new HashSet<>();

    ZipArchive(SeekableInput source) throws IOException {
        this.source = source;
        directory = new ZipDirectory(source);
        folder = findFolder();
        checkNames();
        byteOrder = readByteOrder();
        var tree = directory.entries().get(folder + TREE);
        directory.verify(tree);
        var position = directory.locate(tree);
        var input = new PickleInput(source, position, position + tree.size());
        root = new PickleMachine(input, new StorageTable(source.size())).run();
    }

    private String findFolder() throws PyTorchFileException {
        var trees = directory.entries().keySet().stream()
                .filter(name -> name.endsWith('/' + TREE) && name.indexOf('/') == name.length() - TREE.length() - 1)
                .toList();
        if (trees.size() != 1) {
            throw problem("not a PyTorch state file: the zip archive has " + trees.size() + " entries FOLDER/" + TREE
                    + " instead of one");
        }
        return trees.get(0).substring(0, trees.get(0).length() - TREE.length());
    }

    /** An entry with a damaged name would pass for one that is not there, and elements be read in the wrong order. */
    private void checkNames() throws IOException {
        for (var entry : directory.entries().values()) {
            if (!entry.name().startsWith(folder + "data/")) {
                directory.locate(entry);
            }
        }
    }

    private ByteOrder readByteOrder() throws IOException {
        var entry = directory.entries().get(folder + "byteorder");
        if (entry == null) {
            return ByteOrder.LITTLE_ENDIAN;
        }
        var name = new byte[(int) Math.min(entry.size(), "little".length() + 1)];
        source.readFully(directory.locate(entry), name, 0, name.length);
        return switch (new String(name, StandardCharsets.UTF_8)) {
            case "little" -> ByteOrder.LITTLE_ENDIAN;
            case "big" -> ByteOrder.BIG_ENDIAN;
            default -> throw problem("entry 'byteorder' says neither 'little' nor 'big'");
        };
    }

    @Override
    public Object root() {
        return root;
    }

    @Override
    public ByteOrder byteOrder() {
        return byteOrder;
    }

    @Override
    public Optional<String> findProblem(StorageValue storage) {
        var entry = directory.entries().get(entryName(storage));
        if (entry == null) {
            return Optional.of("entry " + Text.quote(entryName(storage)) + " is not in the zip archive");
        }
        return entry.size() == storage.wholeBytes()
                ? Optional.empty()
                : Optional.of("entry " + Text.quote(entry.name()) + " has " + entry.size()
                        + " bytes instead of the declared " + storage.wholeBytes());
    }

    @Override
    public long locate(StorageValue storage) throws IOException {
        return directory.locate(directory.entries().get(entryName(storage)));
    }

    @Override
    public void verify(StorageValue storage) throws IOException {
        var entry = directory.entries().get(entryName(storage));
        if (!verified.contains(entry.name())) {
            directory.verify(entry);
            verified.add(entry.name());
        }
    }

    @Override
    public void verify(StorageValue storage, CRC32 found) throws PyTorchFileException {
        var entry = directory.entries().get(entryName(storage));
        directory.requireChecksum(entry, found);
        verified.add(entry.name());
    }

    private String entryName(StorageValue storage) {
        return folder + "data/" + storage.key();
    }

    private PyTorchFileException problem(String what) {
        return new PyTorchFileException(source.name(), what);
    }
}
