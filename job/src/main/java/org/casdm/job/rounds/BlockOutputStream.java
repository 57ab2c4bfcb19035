package org.casdm.job.rounds;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.apache.spark.serializer.SerializationStream;
import scala.reflect.ClassTag;

/** Writes {@link BlockKey}s and {@link BlockPayload}s; the counterpart of {@link BlockInputStream}. */
final class BlockOutputStream extends SerializationStream {

    private final DataOutputStream stream;

    BlockOutputStream(OutputStream stream) {
        this.stream = new DataOutputStream(stream);
    }

    @Override
    public <T> SerializationStream writeObject(T value, ClassTag<T> type) {
        try {
            if (value instanceof BlockKey key) {
                stream.writeInt(key.block());
                stream.writeInt(key.worker());
            } else if (value instanceof BlockPayload payload) {
                payload.writeTo(stream);
            } else {
                throw new IllegalArgumentException("not a block's key or payload: " + value);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    @Override
    public void flush() {
        try {
            stream.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
}
