package org.casdm.job.train;

import java.util.regex.Pattern;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.config.CasdmConfig;

/**
 * How many workers train at once, and with how many host threads each.
 *
 * @param workers W
 * @param threads of each worker; 0: as many as its machine has
 */
record WorkerSlots(int workers, int threads) {

    private static final Pattern LOCAL_CLUSTER = Pattern.compile("local-cluster\\[\\s*(\\d+)\\s*,\\s*(\\d+)\\s*,.*");
    private static final long EXECUTORS_TIMEOUT_MILLIS = 60_000;

    /** What the configuration says, and for {@code auto} what Spark has. */
    static WorkerSlots of(CasdmConfig config, JavaSparkContext spark) {
        boolean local = spark.isLocal();
        int workers = config.train().workers().orElseGet(() -> local ? 1 : slots(spark));
        int threads = config.execution().threadsPerWorker().orElseGet(() -> {
            if (local) {
                return Math.max(1, Runtime.getRuntime().availableProcessors() / workers);
            }
            var cluster = LOCAL_CLUSTER.matcher(spark.master());
            return cluster.matches() ? Integer.parseInt(cluster.group(2))
                    : spark.getConf().getInt("spark.executor.cores", 0);
        });
        return new WorkerSlots(workers, threads);
    }

    /** One worker for each executor, or for each of its GPUs. */
    private static int slots(JavaSparkContext spark) {
        int expected = expectedExecutors(spark);
        long deadline = System.currentTimeMillis() + EXECUTORS_TIMEOUT_MILLIS;
        int executors = executors(spark);
        while (executors < expected && System.currentTimeMillis() < deadline) {
            try {
                Thread.sleep(200);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new TrainingFailure("interrupted while waiting for executors", e);
            }
            executors = executors(spark);
        }
        if (executors == 0) {
            throw new TrainingFailure("no executor has registered with " + spark.master() + " within "
                    + EXECUTORS_TIMEOUT_MILLIS / 1000 + " s: are workers running, with the memory and cores that"
                    + " spark.executor.memory and spark.executor.cores ask for?");
        }
        int cards = spark.getConf().getInt("spark.executor.resource.gpu.amount", 1);
        return executors * cards;
    }

    private static int expectedExecutors(JavaSparkContext spark) {
        var cluster = LOCAL_CLUSTER.matcher(spark.master());
        return cluster.matches() ? Integer.parseInt(cluster.group(1))
                : spark.getConf().getInt("spark.executor.instances", 1);
    }

    private static int executors(JavaSparkContext spark) {
        // The driver counts itself.
        return spark.sc().getExecutorMemoryStatus().size() - 1;
    }
}
