package org.casdm.job.progress;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import org.casdm.weights.published.DownloadProgress;

/** A line every few seconds: how much is done, how fast, how long it will take. */
public final class ProgressLines implements DownloadProgress {

    private static final double SECONDS_BETWEEN = 3;
    private static final double MEGABYTE = 1e6;

    private final String name;
    private final String unit;
    private final double unitSize;
    private final PrintWriter output;
    private final long begin = System.nanoTime();
    private double lastSeconds;

    private ProgressLines(String name, String unit, double unitSize, PrintWriter output) {
        this.name = name;
        this.unit = unit;
        this.unitSize = unitSize;
        this.output = output;
    }

    /** For work on a file of that name. */
    public static ProgressLines ofBytes(String name, PrintWriter output) {
        return new ProgressLines(name, "MB", MEGABYTE, output);
    }

    /** For work on things that are counted. */
    public static ProgressLines ofCount(String name, String things, PrintWriter output) {
        return new ProgressLines(name, things, 1, output);
    }

    /** Tells of what is written to a stream. */
    public OutputStream count(OutputStream stream, long total) {
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
    public void at(long done, long total) {
        double seconds = (System.nanoTime() - begin) / 1e9;
        if (seconds - lastSeconds < SECONDS_BETWEEN) {
            return;
        }
        lastSeconds = seconds;
        double rate = done / seconds;
        var left = Duration.ofSeconds(Math.round((total - done) / rate));
        output.printf(
                Locale.ROOT,
                "%s: %s of %s %s, %.1f %s/s, %d:%02d left%n",
                name,
                inUnits(done),
                inUnits(total),
                unit,
                rate / unitSize,
                unit,
                left.toMinutes(),
                left.toSecondsPart());
    }

    private String inUnits(long amount) {
        return unitSize == 1 ? Long.toString(amount) : String.format(Locale.ROOT, "%.1f", amount / unitSize);
    }
}
