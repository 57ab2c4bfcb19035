package org.casdm.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.fs.Syncable;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * A file system that fails after so many units of work; an operation is one unit, and so is each byte written. The
 * part of a write before the failure happens. Nothing is forced to the disk, which costs time. Removing a folder is
 * several operations, in an order as bad as can be.
 */
final class FaultyFileSystem extends FilterFileSystem {

    /** What happens after the last unit. */
    enum Fault {
        /** Nothing. */
        NONE,
        /** The process is dead: nothing happens any more. */
        DEATH,
        /** No byte can be written any more; what there is can be read and removed. */
        FULL_DISK,
        /** One operation fails, the next ones do not. */
        HICCUP
    }

    private final Fault fault;
    private final long budget;
    private final List<Long> operations = new ArrayList<>();
    private long used;

    FaultyFileSystem(FileSystem target, Fault fault, long budget) {
        super(target);
        this.fault = fault;
        this.budget = budget;
    }

    long used() {
        return used;
    }

    /** The numbers of the units that were operations, not bytes. */
    List<Long> operations() {
        return List.copyOf(operations);
    }

    private void operation(Path path, boolean needsSpace) throws IOException {
        used++;
        operations.add(used);
        var fails = switch (fault) {
            case NONE -> false;
            case DEATH -> used > budget;
            case FULL_DISK -> used > budget && needsSpace;
            case HICCUP -> used == budget + 1;
        };
        if (fails) {
            throw new IOException("simulated failure at " + path);
        }
    }

    /** As Hadoop's local file system reports it. The constructor is Hadoop's own. */
    private static FSError noSpace() {
        try {
            var constructor = FSError.class.getDeclaredConstructor(Throwable.class);
            constructor.setAccessible(true);
            return constructor.newInstance(new IOException("No space left on device"));
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public FSDataOutputStream create(
            Path path,
            FsPermission permission,
            boolean overwrite,
            int bufferSize,
            short replication,
            long blockSize,
            Progressable progress)
            throws IOException {
        operation(path, true);
        var target = super.create(path, permission, overwrite, bufferSize, replication, blockSize, progress);
        return new FSDataOutputStream(new FaultyStream(path, target), null);
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        operation(path, false);
        return super.open(path, bufferSize);
    }

    @Override
    public FileStatus[] listStatus(Path path) throws IOException {
        operation(path, false);
        return super.listStatus(path);
    }

    @Override
    public FileStatus getFileStatus(Path path) throws IOException {
        operation(path, false);
        return super.getFileStatus(path);
    }

    @Override
    public boolean rename(Path from, Path to) {
        throw new UnsupportedOperationException("object stores have no rename");
    }

    @Override
    public FSDataOutputStream append(Path path, int bufferSize, Progressable progress) {
        throw new UnsupportedOperationException("object stores cannot append");
    }

    @Override
    public boolean delete(Path path, boolean recursive) throws IOException {
        operation(path, false);
        if (recursive && fs.exists(path)) {
            var entries = fs.listStatus(path);
            // state.json comes last in this order.
            Arrays.sort(entries, Comparator.comparing(entry -> entry.getPath().getName()));
            for (var entry : entries) {
                operation(entry.getPath(), false);
                fs.delete(entry.getPath(), true);
            }
        }
        return fs.delete(path, recursive);
    }

    private final class FaultyStream extends OutputStream implements Syncable, StreamCapabilities {

        private final Path path;
        private final FSDataOutputStream target;

        FaultyStream(Path path, FSDataOutputStream target) {
            this.path = path;
            this.target = target;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            var left = budget - used;
            if (left >= length || fault == Fault.NONE || fault == Fault.HICCUP && left < 0) {
                target.write(bytes, offset, length);
                used += length;
            } else {
                target.write(bytes, offset, (int) Math.max(0, left));
                target.flush();
                used = Math.max(used, budget) + 1;
                throw noSpace();
            }
        }

        @Override
        public void flush() throws IOException {
            target.flush();
        }

        @Override
        public void hflush() throws IOException {
            operation(path, true);
            target.hflush();
        }

        @Override
        public void hsync() throws IOException {
            operation(path, true);
            target.flush();
        }

        @Override
        public void close() throws IOException {
            // What the process has written stays, whatever becomes of the process.
            target.close();
            operation(path, true);
        }

        @Override
        public boolean hasCapability(String capability) {
            return target.hasCapability(capability);
        }
    }
}
