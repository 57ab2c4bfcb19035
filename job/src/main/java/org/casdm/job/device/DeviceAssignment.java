package org.casdm.job.device;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.spark.SparkContext$;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.util.TaskCompletionListener;
import org.casdm.config.CasdmConfig;
import org.casdm.engine.Computer;
import org.casdm.engine.EngineException;
import org.casdm.engine.EngineRequest;
import org.casdm.engine.Engines;
import org.casdm.engine.nd4j.Nd4jBackend;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a task computes on: the GPU that Spark's resource scheduling gives it ({@code spark.task.resource.gpu.amount});
 * in a Spark of one process, which schedules no GPUs, one that no other task of this process has; else the processor.
 */
public final class DeviceAssignment {

    /** The resource name that Spark and its discovery scripts use. */
    public static final String RESOURCE = "gpu";

    private static final Logger LOG = LoggerFactory.getLogger(DeviceAssignment.class);

    private DeviceAssignment() {}

    /**
     * The running task's engine and device. In a Spark of one process the GPU is the task's until it ends; waits until
     * one is free.
     *
     * @throws EngineException if the engine or the device is not there or cannot be used
     */
    public static Computer ofTask(TaskContext task, EngineRequest request) {
        var selection = Engines.select(request);
        var address = address(task.resourcesJMap());
        Computer computer;
        if (request.device() == CasdmConfig.Device.CPU) {
            computer = selection.cpu();
        } else if (address.isPresent()) {
            computer = selection.gpu(address.getAsInt());
        } else if (selection.usableGpus().isEmpty()) {
            selection.gpus().stream().flatMap(gpu -> gpu.refusal().stream()).forEach(LOG::warn);
            computer = selection.cpu();
        } else {
            computer = selection.gpu(lease(task, selection.usableGpus()));
        }
        if (address.isPresent()) {
            LOG.info(
                    "stage {} partition {}: Spark gives GPU {}; computes on {}",
                    task.stageId(),
                    task.partitionId(),
                    address.getAsInt(),
                    computer);
        } else if (!computer.device().isCpu()) {
            LOG.info("stage {} partition {}: computes on {}", task.stageId(), task.partitionId(), computer);
        }
        return computer;
    }

    private static int lease(TaskContext task, List<Integer> gpus) {
        if (!SparkEnv.get().executorId().equals(SparkContext$.MODULE$.DRIVER_IDENTIFIER())) {
            throw new EngineException(
                    "The executors on " + Nd4jBackend.host() + " see GPUs, but Spark schedules none, so"
                            + " that two tasks could share one: submit with --gpus (spark.executor.resource.gpu.amount,"
                            + " spark.task.resource.gpu.amount and a discovery script), or set execution.device = cpu");
        }
        try {
            int gpu = GpuLeases.shared().take(gpus);
            task.addTaskCompletionListener(
                    (TaskCompletionListener) ended -> GpuLeases.shared().giveBack(gpu));
            return gpu;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException("interrupted while all GPUs were in use by other tasks", e);
        }
    }

    /**
     * The GPU that Spark has given.
     *
     * @param resources by name
     * @throws EngineException if its address is not a number
     */
    static OptionalInt address(Map<String, ResourceInformation> resources) {
        var gpu = resources.get(RESOURCE);
        if (gpu == null || gpu.addresses().length == 0) {
            return OptionalInt.empty();
        }
        String address = gpu.addresses()[0];
        try {
            return OptionalInt.of(Integer.parseInt(address.trim()));
        } catch (NumberFormatException e) {
            throw new EngineException(
                    "GPU address \"" + address + "\" is not a device index: the discovery script"
                            + " (spark.executor.resource.gpu.discoveryScript) has to print indices",
                    e);
        }
    }

    /**
     * Starts ND4J on the driver, which holds a model's state; with ND4J's CUDA build on the GPU that Spark has given to
     * the driver ({@code spark.driver.resource.gpu.amount}).
     *
     * @throws EngineException if ND4J cannot be started
     */
    static void ofDriver(JavaSparkContext spark) {
        Nd4jBackend.bindThread(address(spark.resources()));
    }
}
