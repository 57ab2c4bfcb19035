package org.casdm.engine.nd4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.casdm.engine.Device;
import org.casdm.engine.nd4j.CudaRuntime.CudaError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CudaSupportTest {

    private static Device gpu(String name, String capability) {
        return new Device(0, name, capability, 16L << 30, Optional.empty());
    }

    @ParameterizedTest
    @CsvSource({
        "Tesla K80, 3.7", "Tesla M60, 5.2", "NVIDIA GeForce GTX 750 Ti, 5.0", "Tesla P100-PCIE-16GB, 6.0",
        "NVIDIA GeForce GTX 1080 Ti, 6.1", "Tesla V100-SXM2-32GB, 7.0", "Tesla T4, 7.5", "NVIDIA A100-SXM4-80GB, 8.0",
        "NVIDIA GeForce RTX 3090, 8.6", "NVIDIA A10, 8.6", "NVIDIA GeForce RTX 4090, 8.9", "NVIDIA L4, 8.9"
    })
    void takesCardsThatThereIsMachineCodeFor(String name, String capability) {
        assertThat(CudaSupport.refusal(gpu(name, capability), "host-a")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "Tesla K40m, 3.5, old", "Tesla C2075, 2.0, old", "NVIDIA GeForce GTX 680, 3.0, old",
        "NVIDIA H100 80GB HBM3, 9.0, new", "NVIDIA B200, 10.0, new", "NVIDIA GeForce RTX 5090, 12.0, new"
    })
    void refusesOthersByName(String name, String capability, String why) {
        assertThat(CudaSupport.refusal(gpu(name, capability), "host-a").orElseThrow())
                .contains("host-a", name, capability, "too " + why, "3.7 to 8.9", "16.0 GiB");
    }

    @Test
    void explainsWhatCudaSays() {
        assertThat(CudaSupport.explain(new CudaError(CudaError.INSUFFICIENT_DRIVER, "insufficient"), "host-a"))
                .contains("NVIDIA's driver is missing on host-a")
                .contains("without -Pcuda");
        assertThat(CudaSupport.explain(new CudaError(CudaError.NO_DEVICE, "no device"), "host-a"))
                .contains("finds no GPU on host-a")
                .contains("CUDA_VISIBLE_DEVICES");
        assertThat(CudaSupport.explain(new CudaError(802, "system not yet initialized"), "host-a"))
                .contains("host-a", "system not yet initialized", "802");
    }

    @Test
    void explainsWhatTheLoaderSays() {
        var missing = new ExceptionInInitializerError(new UnsatisfiedLinkError(
                "/tmp/libjnicudart.so: libcudart.so.11.0: cannot open shared object file: No such file or directory"));
        assertThat(CudaSupport.explain(missing, "host-a")).contains("CUDA 11.6", "host-a", "libcudart.so.11.0");
        // As it is on a machine without NVIDIA's driver: the first time, and then.
        assertThat(CudaSupport.explain(
                        new UnsatisfiedLinkError("/home/me/.javacpp/cache/libjnicudart.so: "
                                + "libcuda.so.1: cannot open shared object file: No such file or directory"),
                        "host-a"))
                .contains("NVIDIA's driver is missing on host-a");
        assertThat(CudaSupport.explain(
                        new NoClassDefFoundError("Could not initialize class cudart")
                                .initCause(new ExceptionInInitializerError(
                                        "Exception java.lang.UnsatisfiedLinkError: no jnicudart in "
                                                + "java.library.path: /lib")),
                        "host-a"))
                .contains("NVIDIA's driver or a library of CUDA 11.6");
        assertThat(CudaSupport.explain(new NoClassDefFoundError("Could not initialize class Nd4j"), "host-a"))
                .contains("ND4J cannot be started on host-a", "Could not initialize class Nd4j");
    }
}
