package org.casdm.job.progress;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * A line every {@value #SECONDS} seconds: how much of some work is done, how fast, how long the rest takes.
 *
 * <p>The rate is that since the first count: before, executors were starting. It is taken over seconds, since tasks that
 * run at the same time count within a millisecond. Thread-safe.
 */
public final class Progress {

    private static final int SECONDS = 5;
    private static final double MEGABYTE = 1e6;

    private final String name;
    private final String unit;
    private final double unitSize;
    private final boolean fractions;
    private final Consumer<String> lines;
    private final BiConsumer<String, Number> operators;
    private final LongSupplier clock;
    private boolean begun;
    private long firstTime;
    private long firstDone;
    private long lastLine;

    private Progress(
            String name,
            String unit,
            double unitSize,
            boolean fractions,
            Consumer<String> lines,
            BiConsumer<String, Number> operators,
            LongSupplier clock) {
        this.name = name;
        this.unit = unit;
        this.unitSize = unitSize;
        this.fractions = fractions;
        this.lines = lines;
        this.operators = operators;
        this.clock = clock;
    }

    /**
     * For bytes, in lines as megabytes.
     *
     * @param name of the work, with which lines begin
     * @param lines takes the lines
     */
    public static Progress ofBytes(String name, Consumer<String> lines) {
        return new Progress(name, "MB", MEGABYTE, true, lines, (metric, value) -> {}, System::nanoTime);
    }

    /**
     * For things.
     *
     * @param name of the work, with which lines begin
     * @param things their plural
     * @param lines takes the lines
     */
    public static Progress ofCount(String name, String things, Consumer<String> lines) {
        return new Progress(name, things, 1, false, lines, (metric, value) -> {}, System::nanoTime);
    }

    /** The same for work that is counted in smaller steps, so many for each thing. */
    public Progress inSteps(int steps) {
        return new Progress(name, unit, steps, fractions, lines, operators, clock);
    }

    /** The same, also telling the metrics {@code images}, {@code imagesWanted} and {@code imagesPerSecond} of things. */
    public Progress withMetrics(BiConsumer<String, Number> metrics) {
        return new Progress(name, unit, unitSize, fractions, lines, metrics, clock);
    }

    /** The same with another clock, in nanoseconds. */
    Progress withClock(LongSupplier nanoseconds) {
        return new Progress(name, unit, unitSize, fractions, lines, operators, nanoseconds);
    }

    /**
     * Tells how far the work is.
     *
     * @param counted up to now; tasks that are repeated may count more than there is
     * @param total of the whole work
     */
    public synchronized void at(long counted, long total) {
        long done = Math.min(counted, total);
        long now = clock.getAsLong();
        operators.accept(unit + "Wanted", (long) (total / unitSize));
        operators.accept(unit, (long) (done / unitSize));
        if (!begun) {
            begun = true;
            firstTime = now;
            firstDone = done;
            lastLine = now;
        }
        long pause = TimeUnit.SECONDS.toNanos(SECONDS);
        if (done == firstDone || now - firstTime < pause) {
            return;
        }
        double rate = (done - firstDone) * 1e9 / (now - firstTime);
        operators.accept(unit + "PerSecond", rate / unitSize);
        if (now - lastLine >= pause) {
            lastLine = now;
            lines.accept(line(done, total, rate));
        }
    }

    private String line(long done, long total, double rate) {
        return String.format(
                Locale.ROOT,
                "%s: %s of %s %s (%.1f %%), %.3g %s/s, %s left",
                name,
                amount(done),
                amount(total),
                unit,
                100.0 * done / total,
                rate / unitSize,
                unit,
                TimeText.hours((total - done) / rate));
    }

    private String amount(long count) {
        return String.format(
                Locale.ROOT,
                fractions ? "%,.1f" : "%,.0f",
                fractions ? count / unitSize : Math.floor(count / unitSize));
    }

    /** Counts the bytes that are written to a stream. */
    public OutputStream counting(OutputStream stream, long total) {
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
}
