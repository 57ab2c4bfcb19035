package org.casdm.job.device;

import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.config.CasdmConfig;
import org.casdm.config.CasdmConfig.EngineChoice;
import org.casdm.engine.EngineException;
import org.casdm.engine.EngineRequest;
import org.casdm.engine.nd4j.Nd4jBackend;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out, before the work begins, what driver and executors compute on: the driver's log tells it, and an engine or
 * a GPU that cannot be used ends the job at once, with a sentence.
 */
public final class DeviceSurvey {

    private static final Logger LOG = LoggerFactory.getLogger(DeviceSurvey.class);
    private static final String TASK_AMOUNT = "spark.task.resource.gpu.amount";

    private DeviceSurvey() {}

    /**
     * Starts ND4J here, which holds a model's state.
     *
     * @throws EngineException if it cannot be started
     */
    public static void ofDriver(JavaSparkContext spark) {
        DeviceAssignment.ofDriver(spark);
    }

    /**
     * Unless ND4J on the CPU is all that there is to choose, runs a small task for each worker to be. Spark spreads them
     * over the executors that have room; one that comes later is checked when it begins to work.
     *
     * @param tasks how many will work at once
     * @throws RuntimeException of Spark, with an {@link EngineException}'s words, if an engine or GPU is not there or
     *         cannot be used
     */
    public static void ofExecutors(JavaSparkContext spark, int tasks, EngineRequest request) {
        if (request.engine() == EngineChoice.LIBTORCH
                || request.device() == CasdmConfig.Device.GPU
                || Nd4jBackend.madeForCuda()
                || spark.getConf().contains(TASK_AMOUNT)) {
            spark
                    .parallelize(IntStream.range(0, tasks).boxed().toList(), tasks)
                    .map(new DescribeDevice(request))
                    .collect()
                    .stream()
                    .distinct()
                    .sorted()
                    .forEach(LOG::info);
        }
    }
}
