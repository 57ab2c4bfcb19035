package org.casdm.job.train;

import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.config.CasdmConfig;
import org.casdm.job.JobFailure;

/**
 * How many workers train at once, and with how many host threads each.
 *
 * @param workers W
 * @param threads of each worker, at least 1
 */
record WorkerSlots(int workers, int threads) {

    /**
     * What the configuration says, and for {@code auto} what Spark has.
     *
     * @throws JobFailure if Spark has to be asked, and no executor comes
     */
    static WorkerSlots of(CasdmConfig config, JavaSparkContext spark) {
        var workers = config.train().workers();
        var threads = config.execution().threadsPerWorker();
        if (spark.isLocal()) {
            return divide(workers, threads, List.of(Runtime.getRuntime().availableProcessors()), 1);
        }
        if (workers.isPresent() && threads.isPresent()) {
            return new WorkerSlots(workers.getAsInt(), threads.getAsInt());
        }
        return divide(
                workers,
                threads,
                RegisteredExecutors.await(spark),
                spark.getConf().getInt("spark.executor.resource.gpu.amount", 1));
    }

    /**
     * One worker for each executor, or for each of its GPUs; an executor's cores are divided among the workers that
     * Spark puts there, which spreads them evenly.
     *
     * @param cores of each executor
     * @param gpus of each executor; 1 where there are none
     */
    static WorkerSlots divide(OptionalInt workers, OptionalInt threads, List<Integer> cores, int gpus) {
        int count = workers.orElse(cores.size() * gpus);
        int workersOnOne = (count + cores.size() - 1) / cores.size();
        return new WorkerSlots(count, threads.orElse(Math.max(1, Collections.min(cores) / workersOnOne)));
    }
}
