package org.casdm.data.source;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.casdm.failure.DataException;
import org.casdm.storage.Storage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies of remote files on this machine's disk, for formats that have to be mapped into memory. Each file is copied
 * once however many tasks of the JVM ask for it; those that ask while it is being copied wait. Closing removes the
 * copies.
 */
public final class LocalCopies implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalCopies.class);
    private static final int BUFFER_BYTES = 4 << 20;
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** What stays free: a full disk is everybody's problem. */
    private static final long RESERVE_BYTES = 1L << 30;

    private final Path folder;
    private final Map<String, Path> copies = new HashMap<>();

    /** @param folder where the copies go, created when the first is made; a disk of this machine with room for them */
    public LocalCopies(Path folder) {
        this.folder = folder;
    }

    /**
     * A file of this machine with the content of a file: that file itself when it lies here, else its copy.
     *
     * @throws DataException when the disk has no room for it
     * @throws IOException   when the storage or the disk fails; nothing is left behind then
     */
    public synchronized Path get(org.apache.hadoop.fs.Path file, Configuration hadoop) throws IOException {
        FileSystem fileSystem = Storage.fileSystem(file, hadoop);
        if (fileSystem.getUri().getScheme().equals("file")) {
            return Path.of(file.toUri().getPath());
        }
        String key = fileSystem.makeQualified(file).toString();
        Path copied = copies.get(key);
        if (copied == null) {
            copied = copy(fileSystem, file);
            copies.put(key, copied);
        }
        return copied;
    }

    private Path copy(FileSystem fileSystem, org.apache.hadoop.fs.Path file) throws IOException {
        FileStatus status = fileSystem.getFileStatus(file);
        Files.createDirectories(folder);
        long free = Files.getFileStore(folder).getUsableSpace();
        if (free < status.getLen() + RESERVE_BYTES) {
            throw new DataException(file + " (" + size(status.getLen()) + ") has to be copied to a local disk, but "
                    + folder + " has only " + size(free) + " free (" + size(RESERVE_BYTES)
                    + " of it stay reserved). Give executors a scratch folder on a larger disk");
        }
        Path target = Files.createTempFile(folder, file.getName() + "-", ".copy");
        LOG.info("Copying {} ({}) to {}", file, size(status.getLen()), target);
        try (var input = fileSystem.open(file);
                OutputStream output = Files.newOutputStream(target)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            long start = System.nanoTime();
            long told = start;
            long done = 0;
            for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
                output.write(buffer, 0, count);
                done += count;
                long now = System.nanoTime();
                if (now - told > PROGRESS_NANOS) {
                    told = now;
                    double seconds = (now - start) / 1e9;
                    LOG.info(
                            "Copying {}: {} of {}, {}/s, {} s left",
                            file,
                            size(done),
                            size(status.getLen()),
                            size((long) (done / seconds)),
                            Math.round((status.getLen() - done) / (done / seconds)));
                }
            }
            if (done != status.getLen()) {
                throw new DataException(file + " had " + status.getLen() + " bytes when it was listed and has " + done
                        + " now. Run again when nothing writes to it");
            }
            LOG.info("Copied {} in {} s", file, Math.round((System.nanoTime() - start) / 1e9));
            return target;
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(target);
            throw e;
        }
    }

    private static String size(long bytes) {
        return bytes < 10 << 20
                ? String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0)
                : bytes < 10L << 30 ? (bytes >> 20) + " MiB" : (bytes >> 30) + " GiB";
    }

    /** Removes the copies. */
    @Override
    public synchronized void close() throws IOException {
        List<Path> targets = new ArrayList<>(copies.values());
        copies.clear();
        for (Path target : targets) {
            Files.deleteIfExists(target);
        }
    }
}
