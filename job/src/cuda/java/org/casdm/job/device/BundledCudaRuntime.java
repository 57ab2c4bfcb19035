package org.casdm.job.device;

import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.cuda.cudart.cudaDeviceProp;
import org.bytedeco.cuda.global.cudart;

/** CUDA's run-time library, through the classes that ND4J's CUDA build brings. */
public final class BundledCudaRuntime implements CudaRuntime {

    @Override
    public List<DeviceInfo> devices() {
        var count = new int[1];
        require(cudart.cudaGetDeviceCount(count));
        return IntStream.range(0, count[0]).mapToObj(BundledCudaRuntime::device).toList();
    }

    private static DeviceInfo device(int index) {
        try (var properties = new cudaDeviceProp()) {
            require(cudart.cudaGetDeviceProperties(properties, index));
            return new DeviceInfo(
                    index,
                    properties.name().getString(),
                    properties.major(),
                    properties.minor(),
                    properties.totalGlobalMem());
        }
    }

    private static void require(int code) {
        if (code != cudart.cudaSuccess) {
            throw new CudaError(code, cudart.cudaGetErrorString(code).getString());
        }
    }
}
