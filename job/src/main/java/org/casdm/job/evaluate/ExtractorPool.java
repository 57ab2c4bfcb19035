package org.casdm.job.evaluate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkFiles;
import org.casdm.data.source.LocalCopies;
import org.casdm.metric.feature.FeatureExtractor;
import org.casdm.metric.feature.FeatureExtractorSpec;
import org.casdm.metric.feature.FeatureModel;

/**
 * The feature network of this JVM, loaded once, and its extractors, which tasks borrow.
 *
 * <p>One network at a time, that of the newest evaluation. This is state of the process because tasks have no other
 * place to leave something for the next task.
 */
final class ExtractorPool {

    private static String openId;
    private static FeatureModel model;
    private static final Map<OptionalInt, Deque<FeatureExtractor>> IDLE = new HashMap<>();

    private static LocalCopies copies;

    private ExtractorPool() {}

    /** Local copies of files that have to be on a disk, in the folder that Spark removes in the end. */
    static synchronized LocalCopies copies() {
        if (copies == null) {
            copies = new LocalCopies(Path.of(SparkFiles.getRootDirectory(), "copies"));
        }
        return copies;
    }

    /** The network, loaded on first use. */
    static synchronized FeatureModel model(String evaluationId, FeatureExtractorSpec spec, Configuration hadoop)
            throws IOException {
        if (!evaluationId.equals(openId)) {
            closeModel();
            model = spec.load(hadoop);
            openId = evaluationId;
        }
        return model;
    }

    /**
     * An extractor for the calling thread.
     *
     * @param device the thread's GPU: what an extractor allocates lies there
     */
    static synchronized FeatureExtractor borrow(
            String evaluationId, FeatureExtractorSpec spec, Configuration hadoop, OptionalInt device, int threads)
            throws IOException {
        var loaded = model(evaluationId, spec, hadoop);
        var idle = IDLE.computeIfAbsent(device, key -> new ArrayDeque<>()).poll();
        return idle != null ? idle : loaded.newExtractor(threads);
    }

    /** Takes one back. */
    static synchronized void giveBack(String evaluationId, OptionalInt device, FeatureExtractor extractor) {
        if (evaluationId.equals(openId)) {
            IDLE.get(device).add(extractor);
        } else {
            extractor.close();
        }
    }

    /** Closes what nobody has borrowed. */
    static synchronized void close() throws IOException {
        if (copies != null) {
            copies.close();
            copies = null;
        }
        closeModel();
    }

    private static void closeModel() {
        IDLE.values().forEach(extractors -> extractors.forEach(FeatureExtractor::close));
        IDLE.clear();
        if (model != null) {
            model.close();
            model = null;
            openId = null;
        }
    }
}
