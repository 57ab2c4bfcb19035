package org.casdm.bench;

import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.casdm.cascade.CascadeGraph;
import org.casdm.engine.Computer;
import org.casdm.engine.EngineRequest;
import org.casdm.engine.TrainingPlan;
import org.casdm.engine.TrainingStep;
import org.casdm.engine.nd4j.NativeThreads;
import org.casdm.job.rounds.step.GraphFactory;
import org.casdm.lpips.LpipsWeights;
import org.casdm.optimizer.AdamW;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The graphs of measured steps, on the driver and on executors, and the engine's steps.
 *
 * @param settings the sizes
 * @param engine what is to compute the steps of rounds
 */
record BenchGraphs(StepSettings settings, EngineRequest engine) implements GraphFactory {

    static final AdamW OPTIMIZER = new AdamW(1e-4, 0, 0.9, 0.999, 1e-8, 0);

    private static final long SEED = 1;

    /** A graph with parameters of its own. */
    static CascadeGraph create(StepSettings settings) {
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

    @Override
    public Optional<TrainingStep> trainingStep(ComputationGraph graph, Computer computer, Configuration hadoop) {
        ((CascadeGraph) graph).freeGradients();
        return Optional.of(computer.engine().trainingStep(plan(settings, computer), computer.device()));
    }

    /** What a measured step computes. */
    static TrainingPlan plan(StepSettings settings, Computer computer) {
        return new TrainingPlan(
                settings.model(),
                settings.weights(),
                OPTIMIZER,
                0,
                settings.lpips().map(spec -> new TrainingPlan.Metric(spec, LpipsWeights.random(spec.trunk()))),
                1,
                false,
                computer.arithmetic(settings.threads()));
    }
}
