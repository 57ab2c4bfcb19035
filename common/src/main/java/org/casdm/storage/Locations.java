package org.casdm.storage;

import java.io.IOException;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Paths from user input and from the names of files. {@code new Path(String)} takes {@code a:b} for a
 * scheme, and leaves the root of a bucket without a path.
 */
public final class Locations {

    /** A colon before the first slash makes a scheme only if the slash follows it. */
    private static final Pattern URI = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:/.*", Pattern.DOTALL);

    private Locations() {}

    /**
     * A path or URI: {@code images/set[1]}, {@code /data/50% a:b}, {@code s3a://bucket}. Nothing is unescaped.
     *
     * @throws IllegalArgumentException if it is empty or not a URI
     */
    public static Path path(String location) {
        if (!URI.matcher(location).matches()) {
            return new Path(null, null, location);
        }
        var path = new Path(location);
        var uri = path.toUri();
        return uri.getPath().isEmpty() ? new Path(uri.getScheme(), uri.getAuthority(), Path.SEPARATOR) : path;
    }

    /**
     * A file or folder below a folder.
     *
     * @param name of any characters; may have slashes, and does not begin with one
     */
    public static Path below(Path folder, String name) {
        return new Path(folder, new Path(null, null, name));
    }

    /**
     * The file system of a path. On a disk it is the one without checksum files: those of Hadoop cannot be named for
     * files with a colon in their name.
     */
    public static FileSystem fileSystem(Path path, Configuration hadoop) throws IOException {
        return withoutChecksums(path.getFileSystem(hadoop));
    }

    /** The file system below that of Hadoop's checksum files; another one as it is. */
    public static FileSystem withoutChecksums(FileSystem fileSystem) {
        return fileSystem instanceof ChecksumFileSystem checked ? checked.getRawFileSystem() : fileSystem;
    }
}
