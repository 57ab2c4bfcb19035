package org.casdm.job.bench;

import org.apache.hadoop.conf.Configuration;
import org.casdm.cascade.CascadeGraph;
import org.casdm.engine.nd4j.NativeThreads;
import org.casdm.job.rounds.step.GraphFactory;
import org.casdm.optimizer.AdamW;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The graphs of measured steps, on the driver and on executors.
 *
 * @param settings the sizes
 */
record BenchGraphs(StepSettings settings) implements GraphFactory {

    static final AdamW OPTIMIZER = new AdamW(1e-4, 0, 0.9, 0.999, 1e-8, 0);

    private static final long SEED = 1;

    /** A graph with parameters of its own. */
    CascadeGraph create() {
        NativeThreads.ofThisThread(settings.threads());
        return CascadeGraph.create(
                settings.model(),
                new CascadeGraph.Training(OPTIMIZER, 0, SEED, settings.threads(), DataType.FLOAT, settings.lpips()));
    }

    @Override
    public ComputationGraph build(
            ComputationGraphConfiguration configuration, INDArray parameters, Configuration hadoop) {
        NativeThreads.ofThisThread(settings.threads());
        var graph = new CascadeGraph(configuration);
        graph.init(parameters, false);
        return graph;
    }
}
