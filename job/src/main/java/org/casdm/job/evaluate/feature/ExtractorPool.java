package org.casdm.job.evaluate.feature;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.casdm.engine.Computer;
import org.casdm.engine.Device;
import org.casdm.metric.feature.FeatureExtractor;
import org.casdm.metric.feature.FeatureExtractorSpec;
import org.casdm.metric.feature.FeatureModel;

/**
 * The feature network of this JVM, loaded once for each device, and its extractors, which tasks borrow.
 *
 * <p>One network at a time, that of the newest evaluation. This is state of the process because tasks have no other
 * place to leave something for the next task.
 */
public final class ExtractorPool {

    private static String openId;
    private static final Map<Device, FeatureModel> MODELS = new HashMap<>();
    private static final Map<Device, Deque<FeatureExtractor>> IDLE = new HashMap<>();

    private ExtractorPool() {}

    /** An extractor on the task's device. The network is loaded on first use; other tasks wait meanwhile. */
    static synchronized FeatureExtractor borrow(
            String evaluationId, FeatureExtractorSpec spec, Configuration hadoop, Computer computer, int threads)
            throws IOException {
        if (!evaluationId.equals(openId)) {
            closeModels();
            openId = evaluationId;
        }
        var device = computer.device();
        var model = MODELS.get(device);
        if (model == null) {
            model = computer.engine().features(spec, hadoop, device, computer.arithmetic(threads));
            MODELS.put(device, model);
        }
        var idle = IDLE.computeIfAbsent(device, key -> new ArrayDeque<>()).poll();
        return idle != null ? idle : model.newExtractor(threads);
    }

    /** Takes one back. */
    static synchronized void giveBack(String evaluationId, Device device, FeatureExtractor extractor) {
        if (evaluationId.equals(openId)) {
            IDLE.get(device).add(extractor);
        } else {
            extractor.close();
        }
    }

    /** Closes what nobody has borrowed. */
    public static synchronized void close() {
        closeModels();
    }

    private static void closeModels() {
        IDLE.values().forEach(extractors -> extractors.forEach(FeatureExtractor::close));
        IDLE.clear();
        MODELS.values().forEach(FeatureModel::close);
        MODELS.clear();
        openId = null;
    }
}
