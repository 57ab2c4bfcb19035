package org.casdm.job.train;

import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.job.device.ComputeBackend;
import org.casdm.job.device.DeviceFailure;
import org.casdm.job.rounds.DeviceAssignment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out, before the work begins, what driver and executors compute on: the driver's log tells it, and a card that
 * cannot be driven ends the job at once, with a sentence.
 */
public final class DeviceSurvey {

    private static final Logger LOG = LoggerFactory.getLogger(DeviceSurvey.class);
    private static final String TASK_AMOUNT = "spark.task.resource.gpu.amount";

    private DeviceSurvey() {}

    /**
     * Starts ND4J here, bound to the card that Spark has given to the driver, if it has.
     *
     * @throws DeviceFailure if a card is not there or cannot be driven
     */
    public static void ofDriver(JavaSparkContext spark) {
        DeviceAssignment.ofDriver(spark).bindThread();
    }

    /**
     * Where cards are asked for or the job jar is made for them, runs a small task for each worker to be. Spark spreads
     * them over the executors that have room; one that comes later is checked when it begins to work.
     *
     * @param tasks how many will work at once
     * @throws RuntimeException of Spark, with a {@link DeviceFailure}'s words, if a card is not there or cannot be
     *         driven
     */
    public static void ofExecutors(JavaSparkContext spark, int tasks) {
        if (ComputeBackend.madeForCuda() || spark.getConf().contains(TASK_AMOUNT)) {
            spark
                    .parallelize(IntStream.range(0, tasks).boxed().toList(), tasks)
                    .map(new DescribeDevice())
                    .collect()
                    .stream()
                    .distinct()
                    .sorted()
                    .forEach(LOG::info);
        }
    }
}
