package org.casdm.testing;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.PositionedReadable;
import org.apache.hadoop.fs.Seekable;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/** One folder of files in memory, {@code memory:/folder/}, for tests that read a great many of them. Read only. */
public final class MemoryFiles extends FileSystem {

    private static final URI ROOT = URI.create("memory:///");
    private static final Path FOLDER = new Path("memory:/folder");
    private static final Map<String, byte[]> FILES = new ConcurrentHashMap<>();

    private final Path working = FOLDER;

    /** A configuration that knows these files. */
    public static Configuration configuration() {
        var configuration = new Configuration(false);
        configuration.addResource("core-default.xml");
        configuration.set("fs.memory.impl", MemoryFiles.class.getName());
        return configuration;
    }

    /** The folder that holds nothing but these files. */
    public static Path folder(Map<String, byte[]> files) {
        FILES.clear();
        FILES.putAll(files);
        return FOLDER;
    }

    /** A folder's only file. */
    public static Path file(String name, byte[] content) {
        return new Path(folder(Map.of(name, content)), name);
    }

    @Override
    public URI getUri() {
        return ROOT;
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws FileNotFoundException {
        return new FSDataInputStream(new Content(content(path)));
    }

    private static byte[] content(Path path) throws FileNotFoundException {
        var content = isFolder(path) ? null : FILES.get(path.getName());
        if (content == null) {
            throw new FileNotFoundException("File " + path + " does not exist");
        }
        return content;
    }

    private static boolean isFolder(Path path) {
        return path.toUri().getPath().equals(FOLDER.toUri().getPath());
    }

    @Override
    public FileStatus getFileStatus(Path path) throws FileNotFoundException {
        return isFolder(path)
                ? new FileStatus(0, true, 1, 1, 0, path)
                : new FileStatus(content(path).length, false, 1, 1 << 20, 0, path);
    }

    @Override
    public FileStatus[] listStatus(Path path) throws FileNotFoundException {
        if (!isFolder(path)) {
            return new FileStatus[] {getFileStatus(path)};
        }
        return FILES.entrySet().stream()
                .map(file ->
                        new FileStatus(file.getValue().length, false, 1, 1 << 20, 0, new Path(FOLDER, file.getKey())))
                .toArray(FileStatus[]::new);
    }

    @Override
    public FSDataOutputStream create(
            Path path,
            FsPermission permission,
            boolean overwrite,
            int bufferSize,
            short replication,
            long blockSize,
            Progressable progress) {
        throw new UnsupportedOperationException(path + ": files in memory are not written");
    }

    @Override
    public FSDataOutputStream append(Path path, int bufferSize, Progressable progress) {
        throw new UnsupportedOperationException(path + ": files in memory are not written");
    }

    @Override
    public boolean rename(Path from, Path to) {
        throw new UnsupportedOperationException(from + ": files in memory are not moved");
    }

    @Override
    public boolean delete(Path path, boolean recursive) {
        throw new UnsupportedOperationException(path + ": files in memory are not deleted");
    }

    @Override
    public boolean mkdirs(Path path, FsPermission permission) {
        throw new UnsupportedOperationException(path + ": there is one folder in memory");
    }

    @Override
    public void setWorkingDirectory(Path path) {
        throw new UnsupportedOperationException(path + ": there is one folder in memory");
    }

    @Override
    public Path getWorkingDirectory() {
        return working;
    }

    private static final class Content extends ByteArrayInputStream implements Seekable, PositionedReadable {

        Content(byte[] content) {
            super(content);
        }

        @Override
        public void seek(long position) throws EOFException {
            if (position < 0 || position > count) {
                throw new EOFException("a place outside of " + count + " bytes: " + position);
            }
            pos = (int) position;
        }

        @Override
        public long getPos() {
            return pos;
        }

        @Override
        public boolean seekToNewSource(long position) {
            return false;
        }

        @Override
        public int read(long position, byte[] destination, int offset, int length) {
            if (position >= count) {
                return -1;
            }
            int read = (int) Math.min(length, count - position);
            System.arraycopy(buf, (int) position, destination, offset, read);
            return read;
        }

        @Override
        public void readFully(long position, byte[] destination, int offset, int length) throws EOFException {
            if (position < 0 || position > count - length) {
                throw new EOFException("a place outside of " + count + " bytes: " + position);
            }
            System.arraycopy(buf, (int) position, destination, offset, length);
        }

        @Override
        public void readFully(long position, byte[] destination) throws EOFException {
            readFully(position, destination, 0, destination.length);
        }
    }
}
