package org.casdm.job.train;

import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.casdm.cascade.CascadeGraph;
import org.casdm.cascade.ConfiguredModel;
import org.casdm.config.CasdmConfig;
import org.casdm.engine.Computer;
import org.casdm.engine.EngineRequest;
import org.casdm.engine.TrainingPlan;
import org.casdm.engine.TrainingStep;
import org.casdm.job.rounds.step.GraphFactory;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Builds the workers' graphs, which hold their state, and the engine's steps.
 *
 * @param runId distinguishes this run from others that an executor may see
 * @param threads native threads of one worker
 * @param config says what has to compute, and where the metric function's weights come from
 */
record CascadeGraphFactory(String runId, int threads, CasdmConfig config) implements GraphFactory {

    @Override
    public ComputationGraph build(
            ComputationGraphConfiguration configuration, INDArray parameters, Configuration hadoop) {
        var graph = new CascadeGraph(configuration);
        graph.init(parameters, false);
        return graph;
    }

    @Override
    public EngineRequest engine() {
        return EngineRequest.of(config);
    }

    @Override
    public Optional<TrainingStep> trainingStep(ComputationGraph graph, Computer computer, Configuration hadoop)
            throws IOException {
        ((CascadeGraph) graph).freeGradients();
        var lpips = LpipsSources.of(config);
        var metric = lpips.isEmpty()
                ? Optional.<TrainingPlan.Metric>empty()
                : Optional.of(new TrainingPlan.Metric(
                        ConfiguredModel.lpips(config).orElseThrow(),
                        LoadedLpips.ofRun(runId).get(lpips.get(), hadoop)));
        var plan = new TrainingPlan(
                ConfiguredModel.of(config),
                ConfiguredModel.lossWeights(config),
                ConfiguredModel.optimizer(config),
                config.train().optimizer().weightDecay(),
                metric,
                MetricSource.create(config, hadoop),
                config.train().accumulate(),
                config.train().activationCheckpointing(),
                computer.arithmetic(threads));
        return Optional.of(computer.engine().trainingStep(plan, computer.device()));
    }
}
