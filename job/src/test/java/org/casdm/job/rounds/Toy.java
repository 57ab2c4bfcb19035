package org.casdm.job.rounds;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.job.rounds.batch.BatchSource;
import org.casdm.job.rounds.batch.WorkerBatches;
import org.casdm.job.rounds.batch.WorkerContext;
import org.casdm.job.rounds.step.GraphFactory;
import org.casdm.job.rounds.step.StepObserver;
import org.casdm.job.rounds.worker.RoundSettings;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** A small graph and its minibatches. */
public final class Toy {

    public static final int INPUTS = 6;
    public static final int OUTPUTS = 3;

    private Toy() {}

    public static ComputationGraphConfiguration configuration(IUpdater updater, int hidden, double retain) {
        return new NeuralNetConfiguration.Builder()
                .seed(5)
                .updater(updater)
                .weightInit(WeightInit.XAVIER)
                .graphBuilder()
                .addInputs("in")
                .addLayer(
                        "hidden",
                        new DenseLayer.Builder()
                                .nIn(INPUTS)
                                .nOut(hidden)
                                .activation(Activation.TANH)
                                .build(),
                        "in")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunctions.LossFunction.MSE)
                                .nIn(hidden)
                                .nOut(OUTPUTS)
                                .activation(Activation.IDENTITY)
                                .dropOut(retain)
                                .build(),
                        "hidden")
                .setOutputs("out")
                .build();
    }

    /** A graph with 53 parameters. */
    public static ComputationGraph graph(IUpdater updater) {
        return graph(updater, 5, 1);
    }

    public static ComputationGraph graph(IUpdater updater, int hidden, double retain) {
        var graph = new ComputationGraph(configuration(updater, hidden, retain));
        graph.init();
        return graph;
    }

    /** The minibatch of a worker at a step. */
    public static MultiDataSet batch(long step, int worker, int size) {
        var random = new Random(1000 * step + worker);
        var features = new float[size][INPUTS];
        var labels = new float[size][OUTPUTS];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < INPUTS; j++) {
                features[i][j] = (float) random.nextGaussian();
            }
            for (int j = 0; j < OUTPUTS; j++) {
                labels[i][j] = features[i][j] * features[i][j + 1];
            }
        }
        return new MultiDataSet(Nd4j.createFromArray(features), Nd4j.createFromArray(labels));
    }

    /** Makes the same minibatches on the executors. */
    record Batches(int size) implements WorkerBatches {

        @Override
        public BatchSource open(WorkerContext context) {
            return step -> batch(step, context.workerIndex(), size);
        }
    }

    /** What a run of several rounds leaves. */
    record Outcome(float[] parameters, float[] updaterState, List<RoundResult> rounds) {}

    static Outcome train(
            SparkConf conf, RoundSettings settings, ComputationGraph graph, WorkerBatches batches, int rounds) {
        return train(conf, settings, graph, batches, rounds, 1);
    }

    /** @param wholeEvery rounds that end whole: one in so many */
    static Outcome train(
            SparkConf conf,
            RoundSettings settings,
            ComputationGraph graph,
            WorkerBatches batches,
            int rounds,
            int wholeEvery) {
        try (var context = new JavaSparkContext(conf);
                var master = master(settings, graph)) {
            var sparkGraph = new SparkComputationGraph(context, graph, master);
            return train(master, sparkGraph, batches, rounds, wholeEvery);
        }
    }

    /** A master with a momentum of zeros, if the settings need one. */
    static RoundTrainingMaster master(RoundSettings settings, ComputationGraph graph) {
        return master(settings, settings.averaging().outer().isNone() ? null : Nd4j.create(graph.numParams()));
    }

    static RoundTrainingMaster master(RoundSettings settings, INDArray outerMomentum) {
        return new RoundTrainingMaster(
                settings, GraphFactory.fromConfiguration(), StepObserver.scoreOnly(), outerMomentum);
    }

    static Outcome train(
            RoundTrainingMaster master, SparkComputationGraph sparkGraph, WorkerBatches batches, int rounds) {
        return train(master, sparkGraph, batches, rounds, 1);
    }

    static Outcome train(
            RoundTrainingMaster master,
            SparkComputationGraph sparkGraph,
            WorkerBatches batches,
            int rounds,
            int wholeEvery) {
        var results = new ArrayList<RoundResult>();
        long step = sparkGraph.getNetwork().getIterationCount();
        for (int round = 0; round < rounds; round++) {
            RoundResult result = master.executeRound(sparkGraph, batches, step, (round + 1) % wholeEvery == 0);
            results.add(result);
            step = result.nextStep();
        }
        return outcome(sparkGraph.getNetwork(), results);
    }

    static Outcome outcome(ComputationGraph graph, List<RoundResult> rounds) {
        var state = graph.getUpdater().getStateViewArray();
        return new Outcome(
                graph.params().toFloatVector(), state == null ? new float[0] : state.toFloatVector(), rounds);
    }
}
