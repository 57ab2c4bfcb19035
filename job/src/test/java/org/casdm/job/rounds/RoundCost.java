package org.casdm.job.rounds;

import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.job.rounds.worker.RoundSettings;
import org.casdm.job.rounds.worker.WorkerReport;
import org.casdm.job.testing.LocalCluster;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.nd4j.linalg.learning.config.Adam;

/**
 * Measures what a round costs besides its steps; not a test. Arguments: Spark master ({@code local[2]} or
 * {@code local-cluster}), workers, width of the hidden layer (10 parameters each), rounds.
 */
public final class RoundCost {

    private RoundCost() {}

    public static void main(String[] arguments) {
        int workers = Integer.parseInt(arguments[1]);
        int hidden = Integer.parseInt(arguments[2]);
        int rounds = Integer.parseInt(arguments[3]);
        SparkConf conf = arguments[0].equals("local-cluster")
                ? LocalCluster.withExecutors(2, 2048)
                : LocalCluster.inThisJvm(arguments[0]);
        try (var context = new JavaSparkContext(RoundTrainingMaster.configure(conf));
                var master = new RoundTrainingMaster(RoundSettings.of(workers, 1, 4, 1))) {
            var graph = Toy.graph(new Adam(0.01), hidden, 1);
            var sparkGraph = new SparkComputationGraph(context, graph, master);
            System.out.printf(
                    Locale.ROOT,
                    "%d parameters, %d workers, %s%n",
                    graph.numParams(),
                    workers,
                    conf.get("spark.master"));
            for (int round = 0; round < rounds; round++) {
                RoundResult result = master.executeRound(sparkGraph, new Toy.Batches(4), round);
                double compute = slowest(result, WorkerReport::computeSeconds);
                System.out.printf(
                        Locale.ROOT,
                        "round %d: total %.3f s, worker state %.3f s, compute %.3f s, average %.3f s, receive %.3f s, "
                                + "besides steps %.3f s%n",
                        round,
                        result.totalSeconds(),
                        slowest(result, WorkerReport::stateSeconds),
                        compute,
                        result.averageSeconds(),
                        result.receiveSeconds(),
                        result.totalSeconds() - compute);
            }
        }
    }

    private static double slowest(RoundResult result, ToDoubleFunction<WorkerReport> seconds) {
        return result.workers().stream().mapToDouble(seconds).max().orElseThrow();
    }
}
