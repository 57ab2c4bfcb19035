package org.casdm.job.rounds.step;

import org.apache.hadoop.conf.Configuration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Builds graphs that need nothing but their configuration. */
record ConfiguredGraphFactory() implements GraphFactory {

    @Override
    public ComputationGraph build(
            ComputationGraphConfiguration configuration, INDArray parameters, Configuration hadoopConfiguration) {
        var graph = new ComputationGraph(configuration);
        graph.init(parameters, false);
        return graph;
    }
}
