package org.casdm.job.rounds;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;

/** What tasks tell the driver, as bytes: the same whatever {@code spark.serializer} is. */
final class TaskResults {

    private TaskResults() {}

    static byte[] encode(Serializable result) {
        var bytes = new ByteArrayOutputStream();
        try (var stream = new ObjectOutputStream(bytes)) {
            stream.writeObject(result);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static <T> T decode(Class<T> type, byte[] result) {
        try (var stream = new ObjectInputStream(new ByteArrayInputStream(result))) {
            return type.cast(stream.readObject());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
