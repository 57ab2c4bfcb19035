package org.casdm.job.train;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.casdm.cascade.CascadeGraph;
import org.casdm.config.CasdmConfig;
import org.casdm.engine.nd4j.NativeThreads;
import org.casdm.job.device.ComputeBackend;
import org.casdm.job.rounds.GraphFactory;
import org.casdm.lpips.Lpips;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Builds the workers' graphs.
 *
 * @param runId distinguishes this run from others that an executor may see
 * @param threads native threads of one worker
 * @param config says what has to compute, and where the metric function's weights come from
 */
record CascadeGraphFactory(String runId, int threads, CasdmConfig config) implements GraphFactory {

    @Override
    public ComputationGraph build(
            ComputationGraphConfiguration configuration, INDArray parameters, Configuration hadoop) throws IOException {
        requireDevice();
        // The calling thread is the one that will train.
        NativeThreads.ofThisThread(threads);
        var graph = new CascadeGraph(configuration);
        graph.init(parameters, false);
        var lpips = LpipsSources.of(config);
        if (lpips.isPresent()) {
            var spec = graph.lpips().orElseThrow();
            graph.setLpips(new Lpips(spec, SharedLpipsWeights.get(runId, lpips.get(), hadoop), threads));
        }
        return graph;
    }

    private void requireDevice() {
        boolean cpu = ComputeBackend.start().cpu();
        var wanted = config.execution().device();
        if (wanted == CasdmConfig.Device.GPU && cpu) {
            throw new TrainingFailure("execution.device is gpu, but this job jar computes on the CPU: build it with"
                    + " mvn -Pcuda package");
        }
        if (wanted == CasdmConfig.Device.CPU && !cpu) {
            throw new TrainingFailure(
                    "execution.device is cpu, but this job jar computes on GPUs: build it without" + " -Pcuda");
        }
    }
}
