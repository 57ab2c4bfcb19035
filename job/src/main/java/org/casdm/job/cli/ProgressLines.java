package org.casdm.job.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import org.casdm.weights.published.DownloadProgress;

/** A line every few seconds: how much of a file is done, how fast, how long it will take. */
final class ProgressLines implements DownloadProgress {

    private static final double SECONDS_BETWEEN = 3;
    private static final double MEGABYTE = 1e6;

    private final String name;
    private final PrintWriter output;
    private final long begin = System.nanoTime();
    private double lastSeconds;

    ProgressLines(String name, PrintWriter output) {
        this.name = name;
        this.output = output;
    }

    /** Tells of what is written to a stream. */
    OutputStream count(OutputStream stream, long total) {
        return new FilterOutputStream(stream) {

            private long written;

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
                written += length;
                at(written, total);
            }

            @Override
            public void write(int value) throws IOException {
                out.write(value);
                written++;
            }
        };
    }

    @Override
    public void at(long bytes, long total) {
        double seconds = (System.nanoTime() - begin) / 1e9;
        if (seconds - lastSeconds < SECONDS_BETWEEN) {
            return;
        }
        lastSeconds = seconds;
        double rate = bytes / seconds;
        var left = Duration.ofSeconds(Math.round((total - bytes) / rate));
        output.printf(Locale.ROOT, "%s: %.1f of %.1f MB, %.1f MB/s, %d:%02d left%n", name, bytes / MEGABYTE,
                total / MEGABYTE, rate / MEGABYTE, left.toMinutes(), left.toSecondsPart());
    }
}
