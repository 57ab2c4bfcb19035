package org.casdm.job.rounds;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.apache.spark.serializer.DeserializationStream;
import scala.reflect.ClassTag;

/** Reads {@link BlockKey}s and {@link BlockPayload}s alternately; the counterpart of {@link BlockOutputStream}. */
final class BlockInputStream extends DeserializationStream {

    private final DataInputStream stream;
    private boolean payloadIsNext;

    BlockInputStream(InputStream stream) {
        this.stream = new DataInputStream(stream);
    }

    /** The next object; Spark recognises the stream's end by the {@code EOFException}. */
    @Override
    @SuppressWarnings("unchecked")
    public <T> T readObject(ClassTag<T> type) {
        try {
            Object value = payloadIsNext ? readPayload() : new BlockKey(stream.readInt(), stream.readInt());
            payloadIsNext = !payloadIsNext;
            return (T) value;
        } catch (IOException e) {
            throw rethrow(e);
        }
    }

    @Override
    public void close() {
        try {
            stream.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private BlockPayload readPayload() throws IOException {
        var bytes = new byte[stream.readInt()];
        stream.readFully(bytes);
        return new BlockPayload.OnHeap(bytes);
    }

    /** Spark's Scala code expects {@code EOFException} itself, which Java lets nobody throw from here by name. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> RuntimeException rethrow(Throwable error) throws E {
        throw (E) error;
    }
}
