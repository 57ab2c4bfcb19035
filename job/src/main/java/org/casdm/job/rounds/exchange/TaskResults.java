package org.casdm.job.rounds.exchange;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;

/** What tasks tell the driver, as bytes: the same whatever {@code spark.serializer} is. */
public final class TaskResults {

    private TaskResults() {}

    public static byte[] encode(Serializable result) {
        var bytes = new ByteArrayOutputStream();
        try (var stream = new ObjectOutputStream(bytes)) {
            stream.writeObject(result);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    public static <T> T decode(Class<T> type, byte[] result) {
        try (var stream = new ObjectInputStream(new ByteArrayInputStream(result))) {
            return type.cast(stream.readObject());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What has failed, in a line: another JVM's exceptions come with its stack. */
    public static String brief(Throwable failure) {
        String message = failure.getMessage();
        String said =
                failure instanceof IOException && message != null && !message.isBlank() ? message : failure.toString();
        return said.strip().lines().findFirst().orElseThrow();
    }
}
