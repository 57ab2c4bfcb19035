package org.casdm.job.rounds;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Workers' reports as bytes, whatever {@code spark.serializer} is. */
final class WorkerReports {

    private WorkerReports() {
    }

    static byte[] encode(WorkerReport report) {
        var bytes = new ByteArrayOutputStream();
        try (var stream = new ObjectOutputStream(bytes)) {
            stream.writeObject(report);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Reads what {@link AverageBlock} put together. */
    static List<WorkerReport> decode(byte[] reports) {
        var list = new ArrayList<WorkerReport>();
        try (var stream = new DataInputStream(new ByteArrayInputStream(reports))) {
            while (stream.available() > 0) {
                var bytes = new byte[stream.readInt()];
                stream.readFully(bytes);
                try (var objects = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
                    list.add((WorkerReport) objects.readObject());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
        return List.copyOf(list);
    }
}
