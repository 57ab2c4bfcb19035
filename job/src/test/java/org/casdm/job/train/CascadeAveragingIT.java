package org.casdm.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.cascade.CascadeGraph;
import org.casdm.cascade.LossWeights;
import org.casdm.cascade.ModelSpec;
import org.casdm.config.CasdmConfig.EngineChoice;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.engine.Batch;
import org.casdm.engine.Computer;
import org.casdm.engine.EngineRequest;
import org.casdm.engine.HostState;
import org.casdm.engine.TrainingPlan;
import org.casdm.engine.TrainingStep;
import org.casdm.engine.nd4j.NativeThreads;
import org.casdm.job.rounds.RoundTrainingMaster;
import org.casdm.job.rounds.batch.BatchDataSet;
import org.casdm.job.rounds.batch.BatchSource;
import org.casdm.job.rounds.batch.WorkerBatches;
import org.casdm.job.rounds.batch.WorkerContext;
import org.casdm.job.rounds.step.GraphFactory;
import org.casdm.job.rounds.step.StepObserver;
import org.casdm.job.rounds.worker.RoundSettings;
import org.casdm.job.testing.LocalCluster;
import org.casdm.network.UNetSpec;
import org.casdm.optimizer.AdamW;
import org.casdm.random.CounterRandom;
import org.casdm.testing.EngineRequests;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The two equivalences by which parameter averaging is held, with the real networks. */
class CascadeAveragingIT {

    private static final int BATCH = 2;
    private static final int SIZE = 8;
    private static final int IMAGE = SIZE * SIZE * 3;
    private static final LossWeights WEIGHTS = new LossWeights(1, 1, 1);

    private static ModelSpec model() {
        var theta = new UNetSpec(3, 3, 32, List.of(1, 1), 1, List.of(2), 2, true, 0, 0);
        return new ModelSpec(
                ModelSpec.Kind.CAS_DM,
                theta,
                Optional.of(theta.withChannels(3, 4)),
                false,
                true,
                NoiseSchedule.linear(1000),
                true);
    }

    private static CascadeGraph graph(AdamW optimizer) {
        return CascadeGraph.create(model(), new CascadeGraph.Training(optimizer, 0, 1, 1, DataType.FLOAT));
    }

    /** Graphs that hold the state, and an engine's steps. */
    private record EngineGraphs(EngineRequest engine, AdamW optimizer) implements GraphFactory {

        @Override
        public ComputationGraph build(
                ComputationGraphConfiguration configuration, INDArray parameters, Configuration hadoop) {
            var graph = new CascadeGraph(configuration);
            graph.init(parameters, false);
            return graph;
        }

        @Override
        public Optional<TrainingStep> trainingStep(ComputationGraph graph, Computer computer, Configuration hadoop) {
            return Optional.of(step(computer, optimizer));
        }
    }

    private static TrainingStep step(Computer computer, AdamW optimizer) {
        var plan = new TrainingPlan(model(), WEIGHTS, optimizer, 0, Optional.empty(), 1, false, computer.arithmetic(1));
        return computer.engine().trainingStep(plan, computer.device());
    }

    /** Batches of fixed numbers. */
    private record FixedBatches() implements WorkerBatches {

        @Override
        public BatchSource open(WorkerContext context) {
            return step -> new BatchDataSet(joined(step, context.workerIndex(), context.workerIndex() + 1));
        }

        /** The batches of some workers as one. */
        static Batch joined(long step, int first, int end) {
            int images = (end - first) * BATCH;
            var x0 = new float[images * IMAGE];
            var epsilon = new float[images * IMAGE];
            var timesteps = new int[images];
            for (int worker = first; worker < end; worker++) {
                int from = (worker - first) * BATCH;
                normal(1, step, worker, x0, from);
                normal(2, step, worker, epsilon, from);
                for (int i = 0; i < BATCH; i++) {
                    timesteps[from + i] = CounterRandom.below(CounterRandom.key(3, step, worker), i, 1000);
                }
            }
            for (int i = 0; i < x0.length; i++) {
                x0[i] *= 0.5f;
            }
            return new Batch(images, SIZE, 3, x0, epsilon, timesteps, null);
        }

        private static void normal(long seed, long step, int worker, float[] values, int from) {
            CounterRandom.normal(CounterRandom.key(seed, step, worker), values, from * IMAGE, BATCH * IMAGE);
        }
    }

    private static INDArray averaged(EngineChoice engine, AdamW optimizer, int workers, int rounds) {
        var settings = RoundSettings.of(workers, 1, BATCH, 0);
        try (var spark = new JavaSparkContext(RoundTrainingMaster.configure(LocalCluster.inThisJvm("local[2]")));
                var master = new RoundTrainingMaster(
                        settings, new EngineGraphs(EngineRequests.of(engine), optimizer), StepObserver.scoreOnly());
                var graph = graph(optimizer)) {
            var network = new SparkComputationGraph(spark, graph, master);
            long step = 0;
            for (int round = 0; round < rounds; round++) {
                step = master.executeRound(network, new FixedBatches(), step).nextStep();
            }
            return graph.params().dup();
        }
    }

    /** On one native thread, as the workers: with another number sums are split elsewhere, and Adam magnifies it. */
    private static INDArray plain(EngineChoice engine, AdamW optimizer, int workers, int steps) {
        var start = graph(optimizer).params();
        long length = start.length();
        var parameters = new FloatPointer(start.data().asFloat());
        var moments = new FloatPointer(new float[Math.toIntExact(2 * length)]);
        var state = new HostState(
                parameters,
                new FloatPointer(moments).limit(length),
                moments.getPointer(length).limit(length));
        try (var step = step(EngineRequests.computer(engine), optimizer)) {
            step.load(state);
            for (int i = 0; i < steps; i++) {
                step.step(FixedBatches.joined(i, 0, workers), i, i);
            }
            step.store(state);
        }
        var values = new float[Math.toIntExact(length)];
        parameters.get(values);
        return Nd4j.createFromArray(values);
    }

    /** What training was before there were engines. */
    private static INDArray fitted(AdamW optimizer, int steps) {
        NativeThreads.ofThisThread(1);
        try (var graph = graph(optimizer)) {
            for (int i = 0; i < steps; i++) {
                var batch = FixedBatches.joined(i, 0, 1);
                graph.fit(CascadeGraph.batch(
                        model(),
                        Nd4j.createFromArray(batch.x0()).reshape(BATCH, SIZE, SIZE, 3),
                        Nd4j.createFromArray(batch.epsilon()).reshape(BATCH, SIZE, SIZE, 3),
                        Nd4j.createFromArray(batch.timesteps())
                                .castTo(DataType.FLOAT)
                                .reshape(BATCH, 1),
                        null,
                        WEIGHTS));
            }
            return graph.params().dup();
        }
    }

    @ParameterizedTest
    @MethodSource("org.casdm.testing.EngineRequests#engines")
    void oneWorkerWithOneStepARound_isPlainTraining(EngineChoice engine) {
        var optimizer = new AdamW(1e-3, 2, 0.9, 0.999, 1e-8, 1);
        assertThat(averaged(engine, optimizer, 1, 4)).isEqualTo(plain(engine, optimizer, 1, 4));
    }

    @Test
    void nd4jStep_isTheGraphsFitBitForBit() {
        var optimizer = new AdamW(1e-3, 2, 0.9, 0.999, 1e-8, 1);
        assertThat(plain(EngineChoice.ND4J, optimizer, 1, 4)).isEqualTo(fitted(optimizer, 4));
    }

    /** With an epsilon far above every gradient, and without momentum, Adam is gradient descent. */
    @ParameterizedTest
    @MethodSource("org.casdm.testing.EngineRequests#engines")
    void workersWithOneStep_areOneStepOnAllTheirBatches(EngineChoice engine) {
        double epsilon = 1e6;
        var descent = new AdamW(0.05 * epsilon, 0, 0, 0.999, epsilon, 0);
        var together = plain(engine, descent, 3, 3);
        double start = graph(descent).params().sub(together).norm2Number().doubleValue();
        double difference =
                averaged(engine, descent, 3, 3).sub(together).norm2Number().doubleValue();
        assertThat(start).isGreaterThan(0.01);
        assertThat(difference).isLessThan(1e-5 * start);
    }
}
