package org.casdm.engine.libtorch.device;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.casdm.engine.Device;
import org.casdm.engine.EngineException;

/** What LibTorch can compute on in this process, and whether its native code can be loaded. */
public final class LibTorchDevices {

    private LibTorchDevices() {}

    /** What this process computes on, looked at once: nvidia-smi takes seconds on a machine with many GPUs. */
    private static final class OfProcess {
        static final Optional<CudaReport> GPUS =
                NativeLibraries.onClassPath() == NativeLibraries.GPU ? Optional.of(CudaCheck.here()) : Optional.empty();
        static final List<Device> DEVICES = of(NativeLibraries.onClassPath(), GPUS, CudaMachine.here());
    }

    /**
     * Checks that the native code can be loaded.
     *
     * @throws EngineException if it is not on the class path, or lacks libraries of the machine
     */
    static void require() {
        NativeLibraries.onClassPath()
                .advice()
                .or(() -> OfProcess.GPUS.flatMap(CudaReport::libraryProblem))
                .ifPresent(problem -> {
                    throw new EngineException(problem);
                });
    }

    /**
     * The CPU, and the GPUs that this process sees. What keeps GPUs from being used is a GPU's refusal.
     *
     * @throws EngineException if the native code is not on the class path, or lacks libraries of the machine
     */
    public static List<Device> ofProcess() {
        require();
        return OfProcess.DEVICES;
    }

    /**
     * @param build what is on the class path
     * @param gpus what was found for the GPU build
     * @param machine asked whether it has a driver that the CPU build leaves unused
     */
    static List<Device> of(NativeLibraries build, Optional<CudaReport> gpus, CudaMachine machine) {
        var unseen = gpus.map(CudaReport::driverProblem)
                .orElseGet(() -> build == NativeLibraries.CPU
                                && machine.load(CudaCheck.DRIVER_LIBRARY).isEmpty()
                        ? Optional.of(machine.host() + " has an NVIDIA driver, but LibTorch's CPU build is on the class"
                                + " path. To use its GPUs, run \"" + NativeLibraries.GET_GPU + "\" in the project's"
                                + " folder; on a cluster, install that build on its machines (docs/gpu.md)")
                        : Optional.empty());
        return Stream.of(
                        Stream.of(Device.cpu()),
                        gpus.stream().flatMap(report -> report.gpus().stream()),
                        unseen.map(problem -> new Device(0, "NVIDIA GPU", "unknown", 0, Optional.of(problem))).stream())
                .flatMap(devices -> devices)
                .toList();
    }
}
