package org.casdm.job.train;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.casdm.lpips.LpipsWeights;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The metric function's weights in this JVM: they never change, so the graphs of all its workers use the same, and they
 * are read once. On a machine with several GPUs, once for each.
 *
 * <p>Process state for the reason that {@link SharedStreams} gives. The graphs hold the weights; here they are only
 * found, so they go when the last graph does.
 */
final class SharedLpipsWeights {

    /** What has to be equal for weights to serve: the run, since the files may change between runs. */
    private record Key(String runId, LpipsSources sources, int device) {}

    private static final Map<Key, WeakReference<LpipsWeights>> LOADED = new HashMap<>();

    private SharedLpipsWeights() {}

    /** The weights; whoever comes while another loads them waits. */
    static synchronized LpipsWeights get(String runId, LpipsSources sources, Configuration hadoop) throws IOException {
        var key = new Key(runId, sources, Nd4j.getAffinityManager().getDeviceForCurrentThread());
        LOADED.values().removeIf(reference -> reference.get() == null);
        var known = LOADED.get(key);
        var weights = known == null ? null : known.get();
        if (weights == null) {
            weights = sources.load(hadoop);
            LOADED.put(key, new WeakReference<>(weights));
        }
        return weights;
    }
}
