package org.casdm.job.rounds;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.status.api.v1.ExecutorSummary;
import org.casdm.job.rounds.average.WorkerGroups;
import org.casdm.job.rounds.worker.WorkerReport;
import scala.Tuple2;
import scala.collection.JavaConverters;
import scala.collection.Seq;
import scala.reflect.ClassTag$;

/**
 * Sends each worker to the executor where it was in the round before: there are the images that were read ahead for it.
 * Left alone, Spark deals tasks at random. Where groups of workers matter, a group goes to one host, as far as there is
 * room. What a worker computes does not depend on it.
 */
final class WorkerPlacement {

    private static final String DRIVER = "driver";

    private final WorkerGroups groups;
    private final Map<Integer, String> executors = new HashMap<>();

    /** A placement of the workers of all groups. */
    WorkerPlacement(WorkerGroups groups) {
        this.groups = groups;
    }

    /** Remembers where the workers were. */
    void remember(List<WorkerReport> reports) {
        reports.forEach(report -> executors.put(report.workerIndex(), report.executorId()));
    }

    /** The workers' indices, one a partition, with the places that they prefer. */
    JavaRDD<Integer> workerIndices(JavaSparkContext context) {
        int workers = groups.workers();
        var hosts = executors.isEmpty() || executors.containsValue(DRIVER) ? Map.<String, String>of() : hosts(context);
        if (hosts.isEmpty()) {
            return context.parallelize(IntStream.range(0, workers).boxed().toList(), workers);
        }
        Map<Integer, String> chosen = choose(groups, executors, hosts);
        var placed = new ArrayList<Tuple2<Integer, Seq<String>>>();
        for (int worker = 0; worker < workers; worker++) {
            var executor = chosen.get(worker);
            // In Spark's notation.
            var places =
                    executor == null ? List.<String>of() : List.of("executor_" + hosts.get(executor) + "_" + executor);
            placed.add(new Tuple2<>(worker, scala(places)));
        }
        return context.sc()
                .<Integer>makeRDD(scala(placed), ClassTag$.MODULE$.apply(Integer.class))
                .toJavaRDD();
    }

    /**
     * Chooses executors for workers. A worker stays on its executor, with two exceptions that Spark places anew: the
     * executor is gone, or it has more workers than its share, since it was there before the others.
     *
     * @param before executors of workers in the round before
     * @param hosts  of the executors that there are
     */
    static Map<Integer, String> choose(WorkerGroups groups, Map<Integer, String> before, Map<String, String> hosts) {
        var room = new TreeMap<String, Integer>();
        hosts.keySet().forEach(executor -> room.put(executor, (groups.workers() + hosts.size() - 1) / hosts.size()));
        var chosen = new HashMap<Integer, String>();
        if (!groups.matter()) {
            IntStream.range(0, groups.workers()).forEach(worker -> stay(worker, before, room, chosen));
            return chosen;
        }
        for (int group = 0; group < groups.count(); group++) {
            int[] members =
                    IntStream.range(groups.first(group), groups.end(group)).toArray();
            var host = host(members, before, hosts, room);
            var here = new TreeMap<>(room);
            here.keySet().removeIf(executor -> !hosts.get(executor).equals(host));
            for (int worker : members) {
                stay(worker, before, here, chosen);
            }
            for (int worker : members) {
                if (!chosen.containsKey(worker)) {
                    here.entrySet().stream()
                            .filter(executor -> executor.getValue() > 0)
                            .max(Map.Entry.comparingByValue())
                            .ifPresent(executor -> {
                                chosen.put(worker, executor.getKey());
                                executor.setValue(executor.getValue() - 1);
                            });
                }
            }
            room.putAll(here);
        }
        return chosen;
    }

    private static void stay(
            int worker, Map<Integer, String> before, Map<String, Integer> room, Map<Integer, String> chosen) {
        var executor = before.get(worker);
        if (executor != null && room.getOrDefault(executor, 0) > 0) {
            chosen.put(worker, executor);
            room.merge(executor, -1, Integer::sum);
        }
    }

    /** The host with room for most of a group, then that where most of it was, then that with the most room. */
    private static String host(
            int[] members, Map<Integer, String> before, Map<String, String> hosts, Map<String, Integer> room) {
        var rooms = new TreeMap<String, Integer>();
        room.forEach((executor, left) -> rooms.merge(hosts.get(executor), left, Integer::sum));
        var there = new HashMap<String, Integer>();
        for (int worker : members) {
            var host = hosts.get(before.getOrDefault(worker, ""));
            if (host != null) {
                there.merge(host, 1, Integer::sum);
            }
        }
        return rooms.keySet().stream()
                .max(Comparator.comparing((String host) -> Math.min(members.length, rooms.get(host)))
                        .thenComparing(host -> there.getOrDefault(host, 0))
                        .thenComparing(rooms::get)
                        .thenComparing(Comparator.reverseOrder()))
                .orElseThrow();
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
