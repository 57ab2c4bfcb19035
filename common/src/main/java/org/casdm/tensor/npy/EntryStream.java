package org.casdm.tensor.npy;

import java.io.IOException;
import java.io.InputStream;
import org.casdm.storage.BlockStream;
import org.casdm.tensor.TensorFormatException;

/** The unpacked data of an archive's entry. Problems of unpacking are reported for the array, not for zip's blocks. */
final class EntryStream extends BlockStream {

    private final String array;
    private final InputStream data;
    private final NotingInput source;

    /**
     * @param array  what messages call it
     * @param source what the archive is read from
     */
    EntryStream(String array, InputStream data, NotingInput source) {
        this.array = array;
        this.data = data;
        this.source = source;
    }

    @Override
    public int read(byte[] destination, int offset, int length) throws IOException {
        try {
            return data.read(destination, offset, length);
        } catch (IOException | RuntimeException e) {
            throw explain(array, source, e);
        }
    }

    @Override
    public long skip(long count) throws IOException {
        try {
            return data.skip(count);
        } catch (IOException | RuntimeException e) {
            throw explain(array, source, e);
        }
    }

    @Override
    public void close() throws IOException {
        data.close();
    }

    /** Commons Compress meets damaged archives with exceptions of every kind; a storage that fails stays what it is. */
    static IOException explain(String what, NotingInput source, Exception failure) {
        return source.failure() != null
                ? source.failure()
                : new TensorFormatException(
                        what,
                        "is damaged: " + (failure.getMessage() == null ? failure.toString() : failure.getMessage()),
                        failure);
    }
}
