package org.casdm.job.train;

import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.casdm.job.executor.ExecutorLocal;
import org.casdm.lpips.LpipsWeights;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The metric function's weights of a run in this JVM: they never change, so the steps of all its workers use the same,
 * and they are read once. On a machine with several GPUs, once for each.
 */
final class LoadedLpips implements Closeable {

    private record Key(LpipsSources sources, int device) {}

    private final Map<Key, LpipsWeights> loaded = new HashMap<>();

    /** The weights that this JVM keeps for a run. */
    static LoadedLpips ofRun(String runId) {
        return ExecutorLocal.get(LoadedLpips.class, runId, LoadedLpips::new);
    }

    /** The weights; tasks that come while another loads them wait. */
    synchronized LpipsWeights get(LpipsSources sources, Configuration hadoop) throws IOException {
        var key = new Key(sources, Nd4j.getAffinityManager().getDeviceForCurrentThread());
        var weights = loaded.get(key);
        if (weights == null) {
            weights = sources.load(hadoop);
            loaded.put(key, weights);
        }
        return weights;
    }

    /** Forgets the weights: they go with the last step that uses them. */
    @Override
    public synchronized void close() {
        loaded.clear();
    }
}
