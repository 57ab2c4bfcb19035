package org.casdm.engine.nd4j;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.ServiceLoader;
import org.casdm.engine.Device;
import org.casdm.engine.EngineException;
import org.nd4j.linalg.factory.Nd4j;

/** What ND4J computes on in this process. */
public final class Nd4jBackend {

    private Nd4jBackend() {}

    /** Whether this job jar is made for ND4J's CUDA build ({@code -Pcuda}). Starts nothing. */
    public static boolean madeForCuda() {
        return runtime().isPresent();
    }

    private static Optional<CudaRuntime> runtime() {
        return ServiceLoader.load(CudaRuntime.class, Nd4jBackend.class.getClassLoader())
                .findFirst();
    }

    /**
     * Starts ND4J, if it has not been started. Where none of the GPUs can be used it is not: it may bring down the
     * process then.
     *
     * @return the processor, or with {@code -Pcuda} the GPUs
     * @throws EngineException if there is no GPU, CUDA is not installed, or ND4J cannot be started
     */
    public static List<Device> start() {
        try {
            var gpus = runtime().map(CudaRuntime::devices).orElse(List.of()).stream()
                    .map(gpu -> new Device(
                            gpu.index(),
                            gpu.name(),
                            gpu.capability(),
                            gpu.memoryBytes(),
                            CudaSupport.refusal(gpu, host())))
                    .toList();
            if (!gpus.isEmpty() && gpus.stream().noneMatch(gpu -> gpu.refusal().isEmpty())) {
                return gpus;
            }
            return Nd4j.getEnvironment().isCPU() ? List.of(Device.cpu()) : gpus;
        } catch (CudaRuntime.CudaError | LinkageError e) {
            // LinkageError is what a failed static initialiser shows as, and would end an executor without a word.
            throw new EngineException(CudaSupport.explain(e, host()), e);
        }
    }

    /**
     * Starts ND4J and binds the calling thread to one of its GPUs, where it has any.
     *
     * @param gpu its number; empty: ND4J deals its threads over all that it sees, so each has to be usable
     * @throws EngineException if there is no such GPU, or ND4J cannot use it
     */
    public static void bindThread(OptionalInt gpu) {
        var devices = start();
        var bound = devices.stream()
                .filter(device -> gpu.isEmpty() || device.isCpu() || device.index() == gpu.getAsInt())
                .toList();
        if (bound.isEmpty()) {
            throw new EngineException("GPU " + gpu.getAsInt() + " is assigned, but CUDA sees " + devices.size()
                    + " GPUs on " + host() + ": check CUDA_VISIBLE_DEVICES and the discovery script");
        }
        bound.forEach(device -> device.refusal().ifPresent(refusal -> {
            throw new EngineException(refusal);
        }));
        if (gpu.isPresent() && !bound.get(0).isCpu()) {
            Nd4j.getAffinityManager().unsafeSetDevice(gpu.getAsInt());
        }
    }

    /** Why ND4J cannot be started in this process, if it cannot; for callers that have tried to start it. */
    public static Optional<String> trouble() {
        try {
            start();
            return Optional.empty();
        } catch (EngineException e) {
            return Optional.of(e.getMessage());
        }
    }

    /** The name of this machine. */
    public static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "this machine";
        }
    }
}
