package org.casdm.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.casdm.data.picture.ImageDecoder;
import org.casdm.data.picture.ImageTransform;
import org.casdm.data.source.ImageSource;
import org.casdm.data.source.ImageSources;
import org.casdm.data.source.LocalCopies;
import org.casdm.data.source.RawImage;
import org.casdm.data.source.ReadContext;
import org.casdm.data.source.SourceFormat;
import org.casdm.data.source.SourceLimits;
import org.casdm.data.source.SourcePart;
import org.casdm.data.source.SourceRecord;
import org.casdm.data.source.SourceRecords;
import org.casdm.failure.DataException;

/**
 * Times what {@code prepare} does to each picture: read it from its source, decode, halve, resize and crop it. Parts of
 * the source are shared out among threads; the results are thrown away.
 */
public final class DecodeBenchmark {

    private static final int WARM_UP = 2;
    private static final double NANOSECONDS = 1e9;

    private final String location;
    private final ImageTransform transform;
    private final int passes;
    private final int threads;

    /**
     * @param location a source of pictures
     * @param size     of the results, in pixels
     * @param passes   over all pictures that are timed, after two that are not
     * @param threads  that share the pictures
     */
    public DecodeBenchmark(String location, int size, int passes, int threads) {
        if (passes < 1 || threads < 1) {
            throw new IllegalArgumentException("passes and threads are at least 1");
        }
        this.location = location;
        this.transform = new ImageTransform(size);
        this.passes = passes;
        this.threads = threads;
    }

    /** Runs; the result is what is printed as JSON. */
    public Map<String, Object> run() throws IOException {
        var hadoop = new Configuration();
        var limits = SourceLimits.DEFAULT;
        ImageSource source = new ImageSources(hadoop, limits).find(location, SourceFormat.AUTO);
        var workers = Executors.newFixedThreadPool(threads);
        try (var copies = new LocalCopies(Path.of(System.getProperty("java.io.tmpdir"), "casdm-bench"))) {
            var context = new ReadContext(hadoop, limits, copies);
            var decoder = limits.decoder();
            List<Callable<Long>> tasks = new ArrayList<>();
            for (SourcePart part : source.parts()) {
                tasks.add(() -> transformAll(part, context, decoder));
            }
            long images = 0;
            for (int i = 0; i < WARM_UP; i++) {
                images = sum(workers.invokeAll(tasks));
            }
            var seconds = new double[passes];
            double processor = ProcessorTime.seconds();
            for (int i = 0; i < passes; i++) {
                long start = System.nanoTime();
                sum(workers.invokeAll(tasks));
                seconds[i] = (System.nanoTime() - start) / NANOSECONDS;
            }
            return report(images, seconds, ProcessorTime.seconds() - processor);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            workers.shutdownNow();
        }
    }

    private long transformAll(SourcePart part, ReadContext context, ImageDecoder decoder) throws IOException {
        long images = 0;
        byte[] pixels = new byte[transform.byteCount()];
        try (SourceRecords records = part.open(context)) {
            while (records.hasNext()) {
                SourceRecord record = records.next();
                if (!(record instanceof RawImage image)) {
                    throw new DataException(record.id() + " cannot be used: a benchmark needs usable pictures");
                }
                transform.apply(image.picture(decoder), pixels, 0);
                images++;
            }
        }
        return images;
    }

    private static long sum(List<Future<Long>> counts) throws IOException, InterruptedException {
        long sum = 0;
        for (Future<Long> count : counts) {
            try {
                sum += count.get();
            } catch (ExecutionException e) {
                throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
            }
        }
        return sum;
    }

    private Map<String, Object> report(long images, double[] seconds, double processor) throws IOException {
        var report = new LinkedHashMap<String, Object>();
        report.put("program", "casdm");
        report.put("images", images);
        report.put("size", transform.size());
        report.put("passes", passes);
        report.put("threads", threads);
        report.put("images_per_second", Rounding.digits(images / Median.of(seconds), 1));
        report.put("processor_seconds_per_image", Rounding.digits(processor / images / passes, 6));
        PeakMemory.mebibytes().ifPresent(peak -> report.put("peak_mib", peak));
        return report;
    }
}
