package org.casdm.data.source.lmdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.data.source.ImageSource;
import org.casdm.data.source.SourceFingerprint;
import org.casdm.data.source.SourceFormat;
import org.casdm.data.source.SourcePart;
import org.casdm.failure.DataException;
import org.casdm.storage.Storage;

/**
 * LSUN's form: an LMDB whose values are picture files. Several of them in one folder ({@code bedroom_train_lmdb},
 * {@code church_outdoor_train_lmdb}) are classes.
 */
public final class LmdbListing {
    public static final String DATA_FILE = "data.mdb";
    private static final long BYTES_A_PART = 256L << 20;
    private static final int MAGIC_AT = 16;
    private static final int MAGIC = 0xBEEFC0DE;

    private LmdbListing() {}

    /** Whether a folder is an LMDB. */
    public static boolean isDatabase(FileSystem fileSystem, Path folder) throws IOException {
        return fileSystem.exists(new Path(folder, DATA_FILE));
    }

    /** Whether a folder is called as LSUN's LMDBs are. */
    public static boolean isDatabaseName(String name) {
        return name.endsWith("_lmdb");
    }

    /** @param path the data.mdb, the folder it is in, or a folder of such folders */
    public static ImageSource of(String location, Path path, Configuration hadoop) throws IOException {
        FileSystem fileSystem = Storage.fileSystem(path, hadoop);
        List<SourcePart> parts = new ArrayList<>();
        var fingerprint = new SourceFingerprint();
        if (fileSystem.getFileStatus(path).isFile()) {
            addParts(parts, fingerprint, fileSystem, path, "", DatasetDescription.NO_LABEL);
            return source(location, List.of(), parts, fingerprint);
        }
        if (fileSystem.exists(new Path(path, DATA_FILE))) {
            addParts(parts, fingerprint, fileSystem, new Path(path, DATA_FILE), "", DatasetDescription.NO_LABEL);
            return source(location, List.of(), parts, fingerprint);
        }
        List<String> classNames = new ArrayList<>();
        for (Path folder : databases(fileSystem, path)) {
            String name = className(folder.getName());
            addParts(parts, fingerprint, fileSystem, new Path(folder, DATA_FILE), name + "/", classNames.size());
            classNames.add(name);
        }
        if (parts.isEmpty()) {
            throw new DataException(path + " holds neither data.mdb nor folders called ..._lmdb that do");
        }
        return source(location, classNames, parts, fingerprint);
    }

    private static ImageSource source(
            String location, List<String> classNames, List<SourcePart> parts, SourceFingerprint fingerprint) {
        var summary = "an LMDB of pictures in " + location + ", "
                + (classNames.isEmpty() ? "no classes" : classNames.size() + " classes, an LMDB each");
        return new ImageSource(location, SourceFormat.LSUN, classNames, parts, summary, fingerprint);
    }

    /** The training LMDBs where there are others too. */
    private static List<Path> databases(FileSystem fileSystem, Path folder) throws IOException {
        List<Path> all = new ArrayList<>();
        for (FileStatus entry : fileSystem.listStatus(folder)) {
            if (entry.isDirectory()
                    && isDatabaseName(entry.getPath().getName())
                    && isDatabase(fileSystem, entry.getPath())) {
                all.add(entry.getPath());
            }
        }
        all.sort(null);
        List<Path> training = all.stream()
                .filter(path -> path.getName().endsWith("_train_lmdb"))
                .toList();
        return training.isEmpty() ? all : training;
    }

    private static String className(String folder) {
        return folder.replaceFirst("(_train|_val)?_lmdb$", "");
    }

    private static void addParts(
            List<SourcePart> parts,
            SourceFingerprint fingerprint,
            FileSystem fileSystem,
            Path file,
            String prefix,
            int label)
            throws IOException {
        FileStatus status = fileSystem.getFileStatus(file);
        fingerprint.add(status);
        byte[] begin = new byte[MAGIC_AT + Integer.BYTES];
        try (var input = fileSystem.open(file)) {
            input.readNBytes(begin, 0, begin.length);
        }
        if (ByteBuffer.wrap(begin).order(ByteOrder.LITTLE_ENDIAN).getInt(MAGIC_AT) != MAGIC) {
            throw new DataException(file + " is not an LMDB: its first page lacks the mark of one. Download it again");
        }
        int count = (int) Math.max(1, status.getLen() / BYTES_A_PART);
        for (int i = 0; i < count; i++) {
            parts.add(new LmdbPart(file.toString(), i, count, status.getLen() / count, prefix, label));
        }
    }
}
