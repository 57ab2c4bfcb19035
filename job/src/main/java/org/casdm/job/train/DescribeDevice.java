package org.casdm.job.train;

import java.util.stream.Collectors;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.casdm.job.device.ComputeBackend;
import org.casdm.job.device.DeviceInfo;
import org.casdm.job.rounds.DeviceAssignment;

/** The task of {@link DeviceSurvey}: what it computes on, in words. */
final class DescribeDevice implements Function<Integer, String> {

    private static final long serialVersionUID = 1L;

    @Override
    public String call(Integer task) {
        var assignment = DeviceAssignment.ofTask(TaskContext.get());
        var backend = ComputeBackend.start();
        var what = backend.cpu()
                ? "the CPU"
                : assignment.device().isPresent()
                        ? backend.device(assignment.device().getAsInt()).toString()
                        : backend.devices().stream().map(DeviceInfo::toString).collect(Collectors.joining("; "));
        return "executor " + SparkEnv.get().executorId() + " on " + ComputeBackend.host() + " computes on " + what;
    }
}
