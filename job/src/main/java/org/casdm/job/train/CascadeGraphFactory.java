package org.casdm.job.train;

import org.apache.hadoop.conf.Configuration;
import org.casdm.cascade.CascadeGraph;
import org.casdm.job.rounds.GraphFactory;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * Builds the workers' graphs.
 *
 * @param threads native threads of one worker; 0 leaves it to the native library
 */
record CascadeGraphFactory(int threads) implements GraphFactory {

    @Override
    public ComputationGraph build(ComputationGraphConfiguration configuration, INDArray parameters,
            Configuration hadoop) {
        if (threads > 0 && Nd4j.getEnvironment().isCPU()) {
            // OpenMP keeps this number for the calling thread, which is the one that will train.
            NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
        }
        var graph = new CascadeGraph(configuration);
        graph.init(parameters, false);
        return graph;
    }
}
