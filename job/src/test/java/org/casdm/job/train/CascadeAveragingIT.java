package org.casdm.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.cascade.CascadeGraph;
import org.casdm.cascade.LossWeights;
import org.casdm.cascade.ModelSpec;
import org.casdm.config.ConfigLoader;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.engine.nd4j.NativeThreads;
import org.casdm.job.rounds.BatchSource;
import org.casdm.job.rounds.RoundSettings;
import org.casdm.job.rounds.RoundTrainingMaster;
import org.casdm.job.rounds.WorkerBatches;
import org.casdm.job.rounds.WorkerContext;
import org.casdm.job.testing.LocalCluster;
import org.casdm.network.UNetSpec;
import org.casdm.optimizer.AdamW;
import org.casdm.random.CounterRandom;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;

/** The two equivalences by which parameter averaging is held, with the real networks. */
class CascadeAveragingIT {

    private static final int BATCH = 2;
    private static final int SIZE = 8;

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

    private static CascadeGraph graph(IUpdater updater) {
        return CascadeGraph.create(model(), new CascadeGraph.Training(updater, 0, 1, 1, DataType.FLOAT));
    }

    /** Batches of fixed numbers. */
    private record FixedBatches() implements WorkerBatches {

        @Override
        public BatchSource open(WorkerContext context) {
            return step -> batch(step, context.workerIndex());
        }

        static MultiDataSet batch(long step, int worker) {
            var x0 = normal(1, step, worker).muli(0.5);
            var timesteps = Nd4j.create(DataType.FLOAT, BATCH, 1);
            for (int i = 0; i < BATCH; i++) {
                timesteps.putScalar(i, CounterRandom.below(CounterRandom.key(3, step, worker), i, 1000));
            }
            return CascadeGraph.batch(model(), x0, normal(2, step, worker), timesteps, null, new LossWeights(1, 1, 1));
        }

        private static INDArray normal(long seed, long step, int worker) {
            var values = new float[BATCH * SIZE * SIZE * 3];
            CounterRandom.normal(CounterRandom.key(seed, step, worker), values, 0, values.length);
            return Nd4j.createFromArray(values).reshape(BATCH, SIZE, SIZE, 3);
        }

        /** The batches of all workers as one. */
        static MultiDataSet joined(long step, int workers) {
            var parts = new MultiDataSet[workers];
            for (int worker = 0; worker < workers; worker++) {
                parts[worker] = batch(step, worker);
            }
            return MultiDataSet.merge(List.of(parts));
        }
    }

    private static INDArray averaged(IUpdater updater, int workers, int rounds) {
        var settings = RoundSettings.of(workers, 1, BATCH, 0);
        try (var spark = new JavaSparkContext(RoundTrainingMaster.configure(LocalCluster.inThisJvm("local[2]")));
                var master = new RoundTrainingMaster(
                        settings,
                        new CascadeGraphFactory("test", 1, ConfigLoader.load(Optional.empty(), List.of())),
                        new CascadeObserver(ConfigLoader.load(Optional.empty(), List.of())));
                var graph = graph(updater)) {
            var network = new SparkComputationGraph(spark, graph, master);
            long step = 0;
            for (int round = 0; round < rounds; round++) {
                step = master.executeRound(network, new FixedBatches(), step).nextStep();
            }
            return graph.params().dup();
        }
    }

    /** On one native thread, as the workers: with another number sums are split elsewhere, and Adam magnifies it. */
    private static INDArray plain(IUpdater updater, int workers, int steps) {
        NativeThreads.ofThisThread(1);
        try (var graph = graph(updater)) {
            for (int step = 0; step < steps; step++) {
                graph.fit(FixedBatches.joined(step, workers));
            }
            return graph.params().dup();
        }
    }

    @Test
    void oneWorkerIsPlainTraining() {
        var updater = new AdamW(1e-3, 2, 0.9, 0.999, 1e-8, 1);
        assertThat(averaged(updater, 1, 4)).isEqualTo(plain(updater, 1, 4));
    }

    @Test
    void workersWithOneStepAreOneStepOnAllTheirBatches() {
        var updater = new Sgd(0.05);
        var together = plain(updater, 3, 3);
        double start = graph(updater).params().sub(together).norm2Number().doubleValue();
        double difference = averaged(updater, 3, 3).sub(together).norm2Number().doubleValue();
        assertThat(difference).isLessThan(1e-5 * start);
    }
}
