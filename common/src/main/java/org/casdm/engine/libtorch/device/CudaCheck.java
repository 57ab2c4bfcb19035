package org.casdm.engine.libtorch.device;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.casdm.engine.Device;
import org.casdm.engine.libtorch.device.CudaReport.MissingLibrary;

/**
 * Finds out, before LibTorch's GPU build is loaded, whether it can be and on which GPUs it can compute: loading it fails
 * with the name of one missing library only, and a GPU that it has no machine code for fails at the first kernel.
 *
 * <p>The build (2.10.0, CUDA 13.1) has machine code for the compute capabilities 7.5, 8.0, 9.0, 10.0 and 12.0. Machine
 * code runs on GPUs of the same first number and an equal or higher second one (CUDA C++ Programming Guide, "Binary
 * Compatibility").
 */
public final class CudaCheck {

    /** What the build is linked with, and cuDNN's parts, which it loads itself; each after those that it needs. */
    static final List<String> LIBRARIES = List.of(
            "libcudart.so.13",
            "libcublasLt.so.13",
            "libcublas.so.13",
            "libcufft.so.12",
            "libcupti.so.13",
            "libcurand.so.10",
            "libcusparse.so.12",
            "libcusolver.so.12",
            "libcufile.so.0",
            "libnccl.so.2",
            "libcudnn.so.9",
            "libcudnn_graph.so.9",
            "libcudnn_ops.so.9",
            "libcudnn_cnn.so.9",
            "libcudnn_adv.so.9",
            "libcudnn_engines_precompiled.so.9",
            "libcudnn_engines_runtime_compiled.so.9",
            "libcudnn_heuristic.so.9");

    /** Where NVIDIA's packages put what the dynamic linker may not find by itself. */
    private static final List<String> FOLDERS =
            List.of("/usr/local/cuda/lib64/", "/usr/local/cuda/extras/CUPTI/lib64/");

    static final String DRIVER_LIBRARY = "libcuda.so.1";
    private static final int CUDA_MAJOR = 13;
    private static final int DRIVER_MAJOR = 580;
    private static final String VISIBLE = "CUDA_VISIBLE_DEVICES";
    private static final Pattern DRIVER_VERSION = Pattern.compile("(?:Driver|KMD) Version:\\s*(\\d+)([.\\d]*)");
    private static final Pattern CUDA_VERSION = Pattern.compile("CUDA (?:UMD )?Version:\\s*(\\d+)(\\.\\d+)");
    private static final String CONTAINER = "in a container, NVIDIA's container toolkit brings it (docker run --gpus "
            + "all; on Kubernetes a limit nvidia.com/gpu)";
    private static final String NO_GPU =
            ". To compute without a GPU, use LibTorch's CPU build or set " + "execution.engine = nd4j";

    private final CudaMachine machine;

    CudaCheck(CudaMachine machine) {
        this.machine = machine;
    }

    /** Checks this process's machine. Libraries that are found stay loaded. */
    public static CudaReport here() {
        return new CudaCheck(CudaMachine.here()).report();
    }

    CudaReport report() {
        var missing = LIBRARIES.stream()
                .flatMap(library -> reasonMissing(library).map(reason -> new MissingLibrary(library, reason)).stream())
                .toList();
        var host = machine.host();
        var noDriver = machine.load(DRIVER_LIBRARY);
        if (noDriver.isPresent()) {
            return new CudaReport(
                    host,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(host + " has no NVIDIA driver (" + noDriver.get() + "): install driver " + DRIVER_MAJOR
                            + " or newer; " + CONTAINER + NO_GPU),
                    missing,
                    List.of());
        }
        try {
            return withDriver(host, missing);
        } catch (IOException e) {
            var problem = "The NVIDIA driver on " + host + " cannot be asked for its GPUs: " + e.getMessage()
                    + ". Run nvidia-smi there; in a container, NVIDIA_DRIVER_CAPABILITIES has to name compute and "
                    + "utility" + NO_GPU;
            return new CudaReport(host, Optional.empty(), Optional.empty(), Optional.of(problem), missing, List.of());
        }
    }

    private CudaReport withDriver(String host, List<MissingLibrary> missing) throws IOException {
        var overview = machine.nvidiaSmi();
        var driver = find(DRIVER_VERSION, overview);
        var cuda = find(CUDA_VERSION, overview);
        // The CUDA version decides where both are given: a compatibility package raises it above the driver's.
        boolean tooOld = cuda.map(version -> number(version) < CUDA_MAJOR)
                .or(() -> driver.map(version -> number(version) < DRIVER_MAJOR))
                .orElse(false);
        var driverVersion = driver.map(CudaCheck::version);
        var cudaVersion = cuda.map(CudaCheck::version);
        if (tooOld) {
            var problem = "The NVIDIA driver" + driverVersion.map(" "::concat).orElse("") + " on " + host
                    + cudaVersion.map(" supports CUDA "::concat).orElse(" is too old")
                    + ", but LibTorch's GPU build needs CUDA " + CUDA_MAJOR + ": install driver " + DRIVER_MAJOR
                    + " or newer" + NO_GPU;
            return new CudaReport(host, driverVersion, cudaVersion, Optional.of(problem), missing, List.of());
        }
        var gpus = visible(SmiGpu.query(machine));
        var none = gpus.isEmpty()
                ? Optional.of("NVIDIA's driver shows no GPU to this process on " + host + ": check nvidia-smi and "
                        + VISIBLE + " ("
                        + machine.environment(VISIBLE)
                                .map(value -> "\"" + value + "\"")
                                .orElse("not set")
                        + "); " + CONTAINER + NO_GPU)
                : Optional.<String>empty();
        return new CudaReport(host, driverVersion, cudaVersion, none, missing, gpus);
    }

    /** Why a library does not load; empty if it does, or waits for the driver only. */
    private Optional<String> reasonMissing(String library) {
        var reason = machine.load(library);
        for (int i = 0; i < FOLDERS.size() && reason.isPresent(); i++) {
            var path = FOLDERS.get(i) + library;
            var reasonThere = machine.load(path);
            // A file that is there but needs another one says more than one that is not there.
            if (reasonThere.isEmpty() || !reasonThere.get().startsWith(path + ": cannot open shared object file")) {
                reason = reasonThere;
            }
        }
        return reason.filter(words -> !words.startsWith(DRIVER_LIBRARY));
    }

    /** The GPUs that CUDA shows to this process, numbered as CUDA numbers them with CUDA_DEVICE_ORDER=PCI_BUS_ID. */
    private List<Device> visible(List<SmiGpu> all) {
        var chosen =
                machine.environment(VISIBLE).map(value -> chosen(all, value)).orElse(all);
        return IntStream.range(0, chosen.size())
                .mapToObj(index -> device(index, chosen.get(index)))
                .toList();
    }

    /** As CUDA reads the variable: numbers and beginnings of UUIDs, up to the first that is not a GPU. */
    private static List<SmiGpu> chosen(List<SmiGpu> all, String visible) {
        var chosen = new ArrayList<SmiGpu>();
        for (var name : visible.split(",")) {
            var gpu = name.strip().startsWith("MIG-")
                    ? all.stream().findFirst().map(SmiGpu::part)
                    : all.stream()
                            .filter(candidate -> candidate.isNamed(name.strip()))
                            .findFirst();
            if (gpu.isEmpty()) {
                break;
            }
            chosen.add(gpu.get());
        }
        return chosen;
    }

    private static Device device(int index, SmiGpu gpu) {
        var usable = new Device(index, gpu.name(), gpu.capability(), gpu.memoryBytes(), Optional.empty());
        return hasMachineCode(gpu.capability())
                ? usable
                : new Device(
                        index,
                        gpu.name(),
                        gpu.capability(),
                        gpu.memoryBytes(),
                        Optional.of(usable + ": LibTorch's GPU build has machine code for the compute capabilities "
                                + "7.5, 8.x, 9.x, 10.x and 12.x (Turing to Blackwell) only. Hide this GPU with "
                                + VISIBLE + NO_GPU));
    }

    private static boolean hasMachineCode(String capability) {
        var numbers = capability.split("\\.");
        return switch (numbers[0]) {
            case "7" -> numbers.length > 1 && Integer.parseInt(numbers[1]) >= 5;
            case "8", "9", "10", "12" -> true;
            default -> false;
        };
    }

    private static Optional<MatchResult> find(Pattern pattern, String text) {
        return pattern.matcher(text).results().findFirst();
    }

    private static int number(MatchResult version) {
        return Integer.parseInt(version.group(1));
    }

    private static String version(MatchResult version) {
        return version.group(1) + version.group(2);
    }
}
