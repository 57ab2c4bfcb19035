package org.casdm.data.source.array;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.casdm.failure.DataException;
import org.casdm.storage.Storage;

/**
 * An IDX file of unsigned bytes (yann.lecun.com/exdb/mnist): two zero bytes, 8 for unsigned bytes, the number of
 * dimensions, each dimension as a big-endian integer, the data. Compressed with gzip or not, known by content.
 */
public final class IdxFile {
    static final int IMAGES_MAGIC = 0x0803;
    static final int LABELS_MAGIC = 0x0801;
    private static final long LARGEST_IMAGE = 1 << 28;

    private IdxFile() {}

    /** The dimensions that a file's header gives. */
    static int[] dimensions(Path path, int magic, Configuration hadoop) throws IOException {
        try (var input = open(path, hadoop)) {
            return dimensions(path, magic, input);
        } catch (EOFException | ZipException e) {
            throw cut(path, e);
        }
    }

    /** Opens a file of these dimensions, to read its data. */
    static DataInputStream open(Path path, int magic, int[] expected, Configuration hadoop) throws IOException {
        DataInputStream input = null;
        try {
            input = open(path, hadoop);
            if (!Arrays.equals(dimensions(path, magic, input), expected)) {
                throw new DataException(path + " changed since it was listed. Run again when nothing writes to it");
            }
            DataInputStream result = input;
            input = null;
            return result;
        } catch (EOFException | ZipException e) {
            throw cut(path, e);
        } catch (IOException e) {
            throw Storage.explained(path, e);
        } finally {
            if (input != null) {
                input.close();
            }
        }
    }

    /** @throws DataException when a single image would not fit into an array */
    static void requireSize(Path path, int[] dimensions) throws DataException {
        if ((long) dimensions[1] * dimensions[2] > LARGEST_IMAGE) {
            throw new DataException(path + ": its header gives images of " + dimensions[2] + " x " + dimensions[1]
                    + ". Download it again");
        }
    }

    /** The data of a file, whose dimensions must be these. */
    static byte[] data(Path path, int magic, int[] expected, Configuration hadoop) throws IOException {
        try (var input = open(path, magic, expected, hadoop)) {
            long length = 1;
            for (int dimension : expected) {
                // Each product is of two numbers below 2^31.
                length *= dimension;
                if (length > Integer.MAX_VALUE - 8) {
                    throw new DataException(path + " holds "
                            + Arrays.stream(expected)
                                    .mapToObj(Integer::toString)
                                    .collect(Collectors.joining(" x ")) + " elements; 2 GiB and more cannot be read");
                }
            }
            byte[] data = input.readNBytes((int) length);
            if (data.length < length) {
                throw new DataException(path + " is cut short: its header promises " + length
                        + " bytes of data, there are " + data.length + ". Download it again");
            }
            if (input.read() != -1) {
                throw new DataException(
                        path + " continues after the " + length + " bytes that its header states. Download it again");
            }
            return data;
        } catch (EOFException | ZipException e) {
            throw cut(path, e);
        } catch (IOException e) {
            throw Storage.explained(path, e);
        }
    }

    /** Whether a file begins as an IDX file of images. */
    public static boolean holdsImages(Path path, Configuration hadoop) throws IOException {
        try (var input = open(path, hadoop)) {
            return input.readInt() == IMAGES_MAGIC;
        } catch (EOFException | ZipException e) {
            // Too short, or compressed badly: whatever it is, it does not begin as such a file.
            return false;
        }
    }

    private static int[] dimensions(Path path, int magic, DataInputStream input) throws IOException {
        int found = input.readInt();
        if (found != magic) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s is not an IDX file of %s: it begins with 0x%08x instead of 0x%08x",
                    path,
                    magic == IMAGES_MAGIC ? "images" : "labels",
                    found,
                    magic));
        }
        int[] dimensions = new int[magic & 0xff];
        for (int i = 0; i < dimensions.length; i++) {
            dimensions[i] = input.readInt();
            if (dimensions[i] < 1) {
                throw new DataException(path + ": its header gives " + dimensions[i] + " as a size. Download it again");
            }
        }
        return dimensions;
    }

    private static DataInputStream open(Path path, Configuration hadoop) throws IOException {
        var input = new BufferedInputStream(Storage.fileSystem(path, hadoop).open(path), 1 << 16);
        try {
            input.mark(2);
            boolean compressed = input.read() == 0x1f && input.read() == 0x8b;
            input.reset();
            return new DataInputStream(compressed ? new GZIPInputStream(input, 1 << 16) : input);
        } catch (IOException e) {
            input.close();
            throw e;
        }
    }

    private static DataException cut(Path path, IOException cause) {
        return new DataException(
                path + " is cut short or damaged (" + cause.getMessage() + "). Download it again", cause);
    }
}
