package org.casdm.job.rounds;

import java.util.Map;
import java.util.OptionalInt;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.resource.ResourceInformation;
import org.casdm.job.device.ComputeBackend;
import org.casdm.job.device.DeviceFailure;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The GPU that a task trains on, from Spark's resource scheduling ({@code spark.task.resource.gpu.amount}).
 *
 * @param device index of the ND4J device; empty on a CPU backend, or when Spark schedules no GPUs and ND4J's own choice
 *               stands
 */
public record DeviceAssignment(OptionalInt device) {

    /** The resource name that Spark and its discovery scripts use. */
    public static final String RESOURCE = "gpu";

    private static final Logger LOG = LoggerFactory.getLogger(DeviceAssignment.class);

    /**
     * The running task's device, logged where Spark schedules GPUs. To be called on the task's thread. The first in the
     * process starts ND4J.
     *
     * @throws DeviceFailure if the device is not there or cannot be driven
     */
    public static DeviceAssignment ofTask(TaskContext task) {
        return logged("stage " + task.stageId() + " partition " + task.partitionId(), task.resourcesJMap());
    }

    /**
     * The device of a driver that Spark has started with one ({@code spark.driver.resource.gpu.amount}).
     *
     * @throws DeviceFailure if the device is not there or cannot be driven
     */
    public static DeviceAssignment ofDriver(JavaSparkContext spark) {
        return logged("driver", spark.resources());
    }

    private static DeviceAssignment logged(String holder, Map<String, ResourceInformation> resources) {
        var backend = ComputeBackend.start();
        var assignment = of(resources, backend);
        var gpu = resources.get(RESOURCE);
        if (gpu != null) {
            LOG.info(
                    "{}: Spark gives GPU {}; {}",
                    holder,
                    String.join(", ", gpu.addresses()),
                    assignment.device.isPresent()
                            ? backend.device(assignment.device.getAsInt())
                            : "this job jar computes on the CPU");
        }
        return assignment;
    }

    /**
     * The device for given resources.
     *
     * @param resources a task's resources by name
     * @param backend   what ND4J runs on; on the CPU, GPUs are ignored
     * @throws DeviceFailure if the address is not the index of a device that the process sees and ND4J can drive
     */
    static DeviceAssignment of(Map<String, ResourceInformation> resources, ComputeBackend backend) {
        ResourceInformation gpu = resources.get(RESOURCE);
        if (backend.cpu()) {
            return new DeviceAssignment(OptionalInt.empty());
        }
        if (gpu == null || gpu.addresses().length == 0) {
            backend.devices().forEach(device -> backend.device(device.index()));
            return new DeviceAssignment(OptionalInt.empty());
        }
        String address = gpu.addresses()[0];
        try {
            return new DeviceAssignment(OptionalInt.of(
                    backend.device(Integer.parseInt(address.trim())).index()));
        } catch (NumberFormatException e) {
            throw new DeviceFailure(
                    "GPU address \"" + address + "\" is not a device index: the discovery script"
                            + " (spark.executor.resource.gpu.discoveryScript) has to print indices",
                    e);
        }
    }

    /** Binds the calling thread to the device. */
    public void bindThread() {
        device.ifPresent(index -> Nd4j.getAffinityManager().unsafeSetDevice(index));
    }
}
