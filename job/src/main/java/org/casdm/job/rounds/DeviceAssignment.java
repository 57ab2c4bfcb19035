package org.casdm.job.rounds;

import java.util.Map;
import java.util.OptionalInt;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The GPU that a task trains on, from Spark's resource scheduling ({@code spark.task.resource.gpu.amount}).
 *
 * @param device index of the ND4J device; empty on a CPU backend, or when Spark schedules no GPUs and ND4J's own choice
 *               stands
 */
public record DeviceAssignment(OptionalInt device) {

    /** The resource name that Spark and its discovery scripts use. */
    public static final String RESOURCE = "gpu";

    /** The running task's device. To be called on the task's thread. */
    public static DeviceAssignment ofTask(TaskContext task) {
        boolean cpu = Nd4j.getEnvironment().isCPU();
        int devices = cpu ? 0 : Nd4j.getAffinityManager().getNumberOfDevices();
        return of(task.resourcesJMap(), cpu, devices);
    }

    /**
     * The device for given resources.
     *
     * @param resources   a task's resources by name
     * @param cpuBackend  whether ND4J runs on the CPU: then GPUs are ignored
     * @param deviceCount number of GPUs that ND4J sees
     * @throws IllegalStateException if the address is not the index of a device that ND4J sees
     */
    static DeviceAssignment of(Map<String, ResourceInformation> resources, boolean cpuBackend, int deviceCount) {
        ResourceInformation gpu = resources.get(RESOURCE);
        if (cpuBackend || gpu == null || gpu.addresses().length == 0) {
            return new DeviceAssignment(OptionalInt.empty());
        }
        String address = gpu.addresses()[0];
        int index;
        try {
            index = Integer.parseInt(address.trim());
        } catch (NumberFormatException e) {
            throw new IllegalStateException("GPU address \"" + address + "\" is not a device index: the discovery"
                    + " script (spark.executor.resource.gpu.discoveryScript) has to print indices", e);
        }
        if (index < 0 || index >= deviceCount) {
            throw new IllegalStateException("Spark assigned GPU " + index + ", but ND4J sees " + deviceCount
                    + " device(s) on this machine: check CUDA_VISIBLE_DEVICES and the discovery script");
        }
        return new DeviceAssignment(OptionalInt.of(index));
    }

    /** Binds the calling thread to the device. */
    public void bindThread() {
        device.ifPresent(index -> Nd4j.getAffinityManager().unsafeSetDevice(index));
    }
}
