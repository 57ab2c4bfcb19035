package org.casdm.job.device;

import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.casdm.engine.EngineRequest;
import org.casdm.engine.nd4j.Nd4jBackend;

/** The task of {@link DeviceSurvey}: what it computes on, in words. */
record DescribeDevice(EngineRequest request) implements Function<Integer, String> {

    @Override
    public String call(Integer task) {
        return "executor " + SparkEnv.get().executorId() + " on " + Nd4jBackend.host() + " computes on "
                + DeviceAssignment.ofTask(TaskContext.get(), request);
    }
}
