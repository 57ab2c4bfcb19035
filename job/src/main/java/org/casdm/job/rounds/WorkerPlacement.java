package org.casdm.job.rounds;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.status.api.v1.ExecutorSummary;
import org.casdm.job.rounds.worker.WorkerReport;
import scala.Tuple2;
import scala.collection.JavaConverters;
import scala.collection.Seq;
import scala.reflect.ClassTag$;

/**
 * Sends each worker to the executor where it was in the round before: there are the images that were read ahead for it.
 * Left alone, Spark deals tasks at random. What a worker computes does not depend on it.
 */
final class WorkerPlacement {

    private static final String DRIVER = "driver";

    private final Map<Integer, String> executors = new HashMap<>();

    /** Remembers where the workers were. */
    void remember(List<WorkerReport> reports) {
        reports.forEach(report -> executors.put(report.workerIndex(), report.executorId()));
    }

    /** The workers' indices, one a partition, with the places that they prefer. */
    JavaRDD<Integer> workerIndices(JavaSparkContext context, int workers) {
        var hosts = executors.isEmpty() || executors.containsValue(DRIVER) ? Map.<String, String>of() : hosts(context);
        if (hosts.isEmpty()) {
            return context.parallelize(IntStream.range(0, workers).boxed().toList(), workers);
        }
        var room = new HashMap<String, Integer>();
        hosts.keySet().forEach(executor -> room.put(executor, (workers + hosts.size() - 1) / hosts.size()));
        var placed = new ArrayList<Tuple2<Integer, Seq<String>>>();
        for (int worker = 0; worker < workers; worker++) {
            placed.add(new Tuple2<>(worker, scala(places(executors.get(worker), hosts, room))));
        }
        return context.sc()
                .<Integer>makeRDD(scala(placed), ClassTag$.MODULE$.apply(Integer.class))
                .toJavaRDD();
    }

    /**
     * In Spark's notation; none where the executor is gone, whose workers would be waited for in vain, and for those
     * that are more than their share: they have come together while the others were not there yet.
     */
    private static List<String> places(String executor, Map<String, String> hosts, Map<String, Integer> room) {
        if (executor == null || !hosts.containsKey(executor) || room.merge(executor, -1, Integer::sum) < 0) {
            return List.of();
        }
        return List.of("executor_" + hosts.get(executor) + "_" + executor);
    }

    private static Map<String, String> hosts(JavaSparkContext context) {
        var hosts = new HashMap<String, String>();
        for (ExecutorSummary executor :
                JavaConverters.seqAsJavaList(context.sc().statusStore().executorList(true))) {
            if (!executor.id().equals(DRIVER)) {
                hosts.put(executor.id(), executor.hostPort().replaceFirst(":\\d+$", ""));
            }
        }
        return hosts;
    }

    private static <T> Seq<T> scala(List<T> list) {
        return JavaConverters.asScalaBuffer(list).toSeq();
    }
}
