package org.casdm.engine.nd4j;

import java.util.Optional;
import org.casdm.engine.Device;
import org.casdm.engine.nd4j.CudaRuntime.CudaError;

/**
 * What ND4J's CUDA build can drive, and sentences for what it cannot.
 *
 * <p>{@code nd4j-cuda-11.6} 1.0.0-M2.1 holds machine code for the compute capabilities 3.7, 5.0, 5.2, 6.0, 6.1, 7.0,
 * 7.5, 8.0 and 8.6, and no PTX that a driver could translate for others. Machine code runs on GPUs of the same first
 * number and an equal or higher second one; so 8.6's runs on Ada (8.9), and nothing runs on Hopper (9.0) or Blackwell.
 */
final class CudaSupport {

    private static final String RANGE = "GPUs of compute capability 3.7 to 8.9 (K80; Maxwell to Ada: GTX 900 to "
            + "RTX 40, P100, V100, T4, A100, A10, L4, L40)";
    private static final String TOOLKIT = "in a container, NVIDIA's container toolkit has to bring it (docker run "
            + "--gpus all; on Kubernetes a limit nvidia.com/gpu)";
    private static final String CPU_BUILD = "; or take a job jar that is built without -Pcuda";

    private CudaSupport() {}

    /** Whether there is machine code for a GPU. */
    private static boolean drives(int major, int minor) {
        return major >= 5 && major <= 8 || major == 3 && minor >= 7;
    }

    /**
     * Why a GPU cannot be used.
     *
     * @param host the machine
     * @return empty if it can
     */
    static Optional<String> refusal(Device device, String host) {
        var numbers = device.capability().split("\\.", 2);
        int major = Integer.parseInt(numbers[0]);
        if (drives(major, Integer.parseInt(numbers[1]))) {
            return Optional.empty();
        }
        var newer = major > 8;
        return Optional.of(host + " has " + device + ": too " + (newer ? "new" : "old") + " for ND4J's CUDA build, "
                + "which supports " + RANGE
                + ". Set execution.engine = libtorch, or give the job other GPUs (CUDA_VISIBLE_DEVICES)"
                + CPU_BUILD);
    }

    /**
     * What CUDA's failure means.
     *
     * @param failure of {@link CudaRuntime#devices()}, or of ND4J when it starts
     * @param host    the machine
     */
    static String explain(Throwable failure, String host) {
        if (failure instanceof CudaError error) {
            return switch (error.code()) {
                case CudaError.INSUFFICIENT_DRIVER -> noDriver(host);
                case CudaError.NO_DEVICE ->
                    "NVIDIA's driver finds no GPU on " + host + ": check nvidia-smi and " + "CUDA_VISIBLE_DEVICES ("
                            + visible() + "); " + TOOLKIT + CPU_BUILD;
                default ->
                    "CUDA cannot be used on " + host + ": " + error.getMessage() + " (error " + error.code()
                            + "). Check nvidia-smi there" + CPU_BUILD;
            };
        }
        var root = root(failure);
        var words = String.valueOf(root.getMessage());
        if (words.contains("libcuda.so")) {
            return noDriver(host);
        }
        // A second try in the same process does not name the library any more.
        if (words.contains("cannot open shared object file") || words.contains("java.library.path")) {
            return "NVIDIA's driver or a library of CUDA 11.6 or cuDNN 8.3 is missing on " + host + " (" + words
                    + "): install them, as the images nvidia/cuda:11.6.2-cudnn8-runtime-* have them, where "
                    + "LD_LIBRARY_PATH or ldconfig finds them" + CPU_BUILD;
        }
        return "ND4J cannot be started on " + host + ": " + root;
    }

    private static String noDriver(String host) {
        return "NVIDIA's driver is missing on " + host + ", or older than CUDA 11.6 requires (450.80.02): nvidia-smi "
                + "shows it; " + TOOLKIT + CPU_BUILD;
    }

    private static String visible() {
        var devices = System.getenv("CUDA_VISIBLE_DEVICES");
        return devices == null ? "not set" : "\"" + devices + "\"";
    }

    private static Throwable root(Throwable failure) {
        var root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root;
    }
}
