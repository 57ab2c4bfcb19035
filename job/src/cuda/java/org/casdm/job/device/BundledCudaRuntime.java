package org.casdm.job.device;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.cuda.cudart.cudaDeviceProp;
import org.bytedeco.cuda.global.cudart;
import org.casdm.engine.Device;
import org.casdm.engine.nd4j.CudaRuntime;

/** CUDA's run-time library, through the classes that ND4J's CUDA build brings. */
public final class BundledCudaRuntime implements CudaRuntime {

    @Override
    public List<Device> devices() {
        var count = new int[1];
        require(cudart.cudaGetDeviceCount(count));
        return IntStream.range(0, count[0]).mapToObj(BundledCudaRuntime::device).toList();
    }

    private static Device device(int index) {
        try (var properties = new cudaDeviceProp()) {
            require(cudart.cudaGetDeviceProperties(properties, index));
            return new Device(
                    index,
                    properties.name().getString(),
                    properties.major() + "." + properties.minor(),
                    properties.totalGlobalMem(),
                    Optional.empty());
        }
    }

    private static void require(int code) {
        if (code != cudart.cudaSuccess) {
            throw new CudaError(code, cudart.cudaGetErrorString(code).getString());
        }
    }
}
