package org.casdm.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.security.AccessControlException;
import org.casdm.failure.DataException;

/**
 * Files on Hadoop file systems: paths from user input and from the names of files, the file system of a path, and errors
 * that a person can act on.
 */
public final class Storage {

    /** A colon before the first slash makes a scheme only if the slash follows it. */
    private static final Pattern URI = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:/.*", Pattern.DOTALL);

    private Storage() {}

    /**
     * A path or URI: {@code images/set[1]}, {@code /data/50% a:b}, {@code s3a://bucket}. Nothing is unescaped. ({@code
     * new Path(String)} takes {@code a:b} for a scheme, and leaves the root of a bucket without a path.)
     *
     * @throws DataException if it is empty or not a URI
     */
    public static Path path(String location) throws DataException {
        try {
            if (!URI.matcher(location).matches()) {
                return new Path(null, null, location);
            }
            var path = new Path(location);
            var uri = path.toUri();
            return uri.getPath().isEmpty() ? new Path(uri.getScheme(), uri.getAuthority(), Path.SEPARATOR) : path;
        } catch (IllegalArgumentException e) {
            throw new DataException(
                    "\"" + location + "\" is not a path (" + e.getMessage()
                            + "); give a folder or file as in /data/images, "
                            + "file:///data/images or s3a://bucket/images",
                    e);
        }
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
    public static FileSystem fileSystem(Path path, Configuration hadoop) throws DataException {
        try {
            return withoutChecksums(path.getFileSystem(hadoop));
        } catch (IOException e) {
            throw explain(path, e);
        } catch (IllegalArgumentException e) {
            // A host or bucket name that the file system cannot make sense of.
            throw new DataException(path + " cannot be reached: " + e.getMessage(), e);
        }
    }

    /** The file system below that of Hadoop's checksum files; another one as it is. */
    public static FileSystem withoutChecksums(FileSystem fileSystem) {
        return fileSystem instanceof ChecksumFileSystem checked ? checked.getRawFileSystem() : fileSystem;
    }

    /** The whole content of a file that fits into an array. */
    public static byte[] bytes(Path path, long length, Configuration hadoop) throws IOException {
        if (length > Integer.MAX_VALUE - 8) {
            throw new DataException(path + " has " + length + " bytes; files of 2 GiB and more cannot be read");
        }
        try (var input = fileSystem(path, hadoop).open(path)) {
            byte[] content = input.readNBytes((int) length);
            if (content.length != length || input.read() != -1) {
                throw new DataException(
                        path + " had " + length + " bytes when it was listed and has another length now. "
                                + "Run again when nothing writes to it");
            }
            return content;
        } catch (IOException e) {
            throw explained(path, e);
        }
    }

    /** The same error, or its explanation when it is one that retrying does not fix. */
    public static IOException explained(Path path, IOException error) {
        return isMissing(error) || isDenied(error) || isUnknownStore(error) ? explain(path, error) : error;
    }

    /** What a storage error means to the user. */
    public static DataException explain(Path path, IOException error) {
        if (error instanceof DataException explained) {
            return explained;
        }
        if (isDenied(error)) {
            return new DataException(
                    path + ": access denied. Check the permissions, or the credentials in use (for "
                            + "s3a: fs.s3a.access.key and secret.key, or the environment); the storage says: "
                            + error.getMessage(),
                    error);
        }
        if (isUnknownStore(error)) {
            return new DataException(
                    path + ": there is no bucket \"" + path.toUri().getHost()
                            + "\" at this endpoint. Check its name and fs.s3a.endpoint; the storage says: "
                            + error.getMessage(),
                    error);
        }
        if (isMissing(error)) {
            return new DataException(path + " does not exist. Check the path of the data set", error);
        }
        if (error instanceof UnsupportedFileSystemException) {
            return new DataException(
                    path + ": no file system for \"" + path.toUri().getScheme() + ":\" (file: and s3a: are usual)",
                    error);
        }
        return new DataException(path + " cannot be read: " + error, error);
    }

    /** Whether an error says that there is no such file or folder. */
    public static boolean isMissing(IOException error) {
        return (error instanceof FileNotFoundException || error instanceof NoSuchFileException) && !isDenied(error);
    }

    private static boolean isDenied(IOException error) {
        return error instanceof AccessDeniedException
                || error instanceof AccessControlException
                // Java's own words for a local file that may not be opened.
                || error instanceof FileNotFoundException
                        && String.valueOf(error.getMessage()).contains("(Permission denied)");
    }

    private static boolean isUnknownStore(IOException error) {
        // A class of hadoop-aws, which is there at run time only.
        return error.getClass().getSimpleName().equals("UnknownStoreException");
    }
}
