package org.casdm.data.source.array;

import java.io.Closeable;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.data.source.SourceLimits;
import org.casdm.failure.DataException;
import org.casdm.storage.Storage;
import org.casdm.tensor.SeekableInput;
import org.casdm.tensor.npy.NpyHeader;
import org.casdm.tensor.npy.NpyReader;
import org.casdm.tensor.npy.NpyType;
import org.casdm.tensor.npy.NpzFile;

/** An open file of downsampled ImageNet: {@code data}, rows of 3 × side × side samples, and {@code labels}. */
final class NpzBatch implements Closeable {
    private static final String DATA = "data";
    private static final String LABELS = "labels";
    /** Labels are held in memory; the largest published file has 128 thousand. */
    private static final long LARGEST_COUNT = 20_000_000;

    private final Path path;
    private final NpzFile file;
    private final NpyHeader header;
    private final int side;
    private final int[] labels;

    private NpzBatch(Path path, NpzFile file, SourceLimits limits) throws IOException {
        this.path = path;
        this.file = file;
        header = file.header(DATA);
        side = (int)
                Math.round(Math.sqrt(header.shape().size() == 2 ? header.shape().get(1) / 3.0 : 0));
        if (header.type() != NpyType.UINT8
                || header.fortranOrder()
                || side < 1
                || header.shape().get(1) != 3L * side * side
                || header.shape().get(0) > LARGEST_COUNT
                || (long) side * side > limits.maximumPixels()) {
            throw new DataException(path + ": data has shape " + header.shapeText() + " and type "
                    + header.type().code() + (header.fortranOrder() ? " in Fortran order" : "")
                    + " where rows of 3 x side x side bytes (uint8) were expected");
        }
        labels = labels();
    }

    static NpzBatch open(Path path, Configuration hadoop, SourceLimits limits) throws IOException {
        FileSystem fileSystem = Storage.fileSystem(path, hadoop);
        var file = new NpzFile(SeekableInput.open(fileSystem, path));
        try {
            return new NpzBatch(path, file, limits);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private int[] labels() throws IOException {
        if (!file.contains(LABELS)) {
            return new int[0];
        }
        NpyReader reader = file.array(LABELS);
        if (reader.header().elementCount() != count()) {
            throw new DataException(path + " has " + reader.header().elementCount() + " labels for " + count()
                    + " pictures. Download it again");
        }
        int[] result = new int[count()];
        double[] one = new double[1];
        for (int i = 0; i < result.length; i++) {
            reader.read(one, 0, 1);
            result[i] = (int) one[0];
        }
        return result;
    }

    int count() {
        return header.shape().get(0).intValue();
    }

    int side() {
        return side;
    }

    int recordBytes() {
        return 3 * side * side;
    }

    /** Whether any record is reached without unpacking those before it. */
    boolean stored() throws IOException {
        return file.isStored(DATA);
    }

    boolean labelled() {
        return labels.length > 0;
    }

    /** A record's label as it is stored: from 1 on. */
    int label(int record) {
        return labels[record];
    }

    /** The largest label; 0 without labels. */
    int largestLabel() {
        int largest = 0;
        for (int label : labels) {
            largest = Math.max(largest, label);
        }
        return largest;
    }

    /** The samples, record by record. */
    NpyReader data() throws IOException {
        return file.array(DATA);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
