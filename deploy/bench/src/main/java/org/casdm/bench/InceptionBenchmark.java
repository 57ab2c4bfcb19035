package org.casdm.bench;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.hadoop.conf.Configuration;
import org.casdm.engine.Computer;
import org.casdm.metric.feature.FeatureExtractor;
import org.casdm.metric.feature.ImageBatch;
import org.casdm.metric.inception.InceptionResize;
import org.casdm.metric.inception.InceptionSpec;
import org.casdm.weights.WeightSource;

/** Times the network of FID on 299-pixel images, from bytes to features; random weights, random pixels. */
public final class InceptionBenchmark {

    private static final int SIDE = 299;
    private static final int WARM_UP = 2;
    private static final double NANOSECONDS = 1e9;

    private final int batch;
    private final int batches;
    private final int threads;
    private final Computer computer;

    /**
     * @param batch   images at once
     * @param batches that are timed, after two that are not
     * @param threads of arithmetic
     * @param computer what is measured
     */
    public InceptionBenchmark(int batch, int batches, int threads, Computer computer) {
        if (batch < 1 || batches < 1 || threads < 1) {
            throw new IllegalArgumentException("batch, batches and threads are at least 1");
        }
        this.batch = batch;
        this.batches = batches;
        this.threads = threads;
        this.computer = computer;
    }

    /** Runs; the result is what is printed as JSON. */
    public Map<String, Object> run() throws IOException {
        var images = images();
        var spec = new InceptionSpec(WeightSource.random(), InceptionResize.TENSORFLOW_1);
        try (var model = computer.engine()
                        .features(spec, new Configuration(false), computer.device(), computer.arithmetic(threads));
                var extractor = model.newExtractor(threads)) {
            for (var i = 0; i < WARM_UP; i++) {
                extractor.extract(images);
            }
            return measure(extractor, images);
        }
    }

    private ImageBatch images() {
        var pixels = new byte[batch * SIDE * SIDE * ImageBatch.CHANNELS];
        new SplittableRandom(1).nextBytes(pixels);
        return new ImageBatch(pixels, batch, SIDE, SIDE);
    }

    private Map<String, Object> measure(FeatureExtractor extractor, ImageBatch images) throws IOException {
        var seconds = new double[batches];
        var processor = ProcessorTime.seconds();
        for (var i = 0; i < batches; i++) {
            var start = System.nanoTime();
            extractor.extract(images);
            seconds[i] = (System.nanoTime() - start) / NANOSECONDS;
        }
        processor = ProcessorTime.seconds() - processor;
        var report = new LinkedHashMap<String, Object>();
        report.put("program", "casdm");
        report.put("batch", batch);
        report.put("batches", batches);
        report.put("threads", threads);
        report.put("computer", computer.toString());
        report.put("images_per_second", Rounding.digits(batch / Median.of(seconds), 3));
        report.put("processor_seconds_per_image", Rounding.digits(processor / batch / batches, 5));
        PeakMemory.mebibytes().ifPresent(peak -> report.put("peak_mib", peak));
        return report;
    }
}
