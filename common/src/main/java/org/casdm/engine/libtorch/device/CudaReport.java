package org.casdm.engine.libtorch.device;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.casdm.engine.Device;

/**
 * Whether LibTorch's GPU build can compute on a machine.
 *
 * @param host the machine's name
 * @param driver version of NVIDIA's driver such as "580.95.05"; empty if unknown
 * @param cuda the newest CUDA that the driver supports, such as "13.0"; empty if unknown
 * @param driverProblem what is wrong with the driver, in sentences; empty if nothing
 * @param missing the libraries that do not load
 * @param gpus the GPUs that this process sees, in CUDA's order, the unusable too
 */
public record CudaReport(
        String host,
        Optional<String> driver,
        Optional<String> cuda,
        Optional<String> driverProblem,
        List<MissingLibrary> missing,
        List<Device> gpus)
        implements Serializable {

    /**
     * A library that does not load.
     *
     * @param name the file name that the dynamic linker looks for
     * @param reason the linker's message
     */
    public record MissingLibrary(String name, String reason) implements Serializable {}

    public CudaReport {
        missing = List.copyOf(missing);
        gpus = List.copyOf(gpus);
    }

    /** Why LibTorch's GPU build cannot be loaded: what is missing and what to do. Empty if it can be. */
    public Optional<String> libraryProblem() {
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of(host + " lacks libraries that LibTorch's GPU build needs: "
                        + String.join(
                                ", ", missing.stream().map(MissingLibrary::name).toList())
                        + ". Install CUDA 13 and cuDNN 9 (deploy/spark/Dockerfile, target gpu, has them), or set "
                        + "LD_LIBRARY_PATH to the folders that hold these files");
    }

    /**
     * Why no GPU can be used: what is missing and what to do.
     *
     * @return sentences; empty if at least one GPU can be used
     */
    public Optional<String> problem() {
        var whole = driverProblem.or(this::libraryProblem);
        if (whole.isPresent() || gpus.stream().anyMatch(gpu -> gpu.refusal().isEmpty())) {
            return whole;
        }
        return gpus.stream().map(gpu -> gpu.refusal().orElseThrow()).findFirst();
    }
}
