package org.casdm.job.evaluate.feature;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.casdm.engine.Computer;
import org.casdm.engine.Device;
import org.casdm.job.executor.ExecutorLocal;
import org.casdm.metric.feature.FeatureExtractor;
import org.casdm.metric.feature.FeatureExtractorSpec;
import org.casdm.metric.feature.FeatureModel;

/** The feature network of an evaluation in this JVM, loaded once for each device, and its extractors for tasks. */
final class FeatureExtractors implements Closeable {

    private final Map<Device, FeatureModel> models = new HashMap<>();
    private final Map<Device, Deque<FeatureExtractor>> idle = new HashMap<>();
    private boolean closed;

    /** Those that this JVM keeps for an evaluation. */
    static FeatureExtractors of(String evaluationId) {
        return ExecutorLocal.get(FeatureExtractors.class, evaluationId, FeatureExtractors::new);
    }

    /** An extractor on the task's device. The network is loaded on first use; other tasks wait meanwhile. */
    synchronized FeatureExtractor borrow(
            FeatureExtractorSpec spec, Configuration hadoop, Computer computer, int threads) throws IOException {
        var device = computer.device();
        var model = models.get(device);
        if (model == null) {
            model = computer.engine().features(spec, hadoop, device, computer.arithmetic(threads));
            models.put(device, model);
        }
        var free = idle.computeIfAbsent(device, key -> new ArrayDeque<>()).poll();
        return free != null ? free : model.newExtractor(threads);
    }

    /** Takes one back. */
    synchronized void giveBack(Device device, FeatureExtractor extractor) {
        if (closed) {
            extractor.close();
        } else {
            idle.get(device).add(extractor);
        }
    }

    /** Frees the network, and the extractors that no task has. */
    @Override
    public synchronized void close() {
        closed = true;
        idle.values().forEach(extractors -> extractors.forEach(FeatureExtractor::close));
        idle.clear();
        models.values().forEach(FeatureModel::close);
        models.clear();
    }
}
