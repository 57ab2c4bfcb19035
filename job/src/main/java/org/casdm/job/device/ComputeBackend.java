package org.casdm.job.device;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What ND4J computes on in this process.
 *
 * @param cpu     whether it is the processor
 * @param devices the cards that the process sees, by their numbers; none on the processor
 */
public record ComputeBackend(boolean cpu, List<DeviceInfo> devices) {

    public ComputeBackend {
        devices = List.copyOf(devices);
    }

    /** Whether this job jar is made for cards ({@code -Pcuda}). Starts nothing. */
    public static boolean madeForCuda() {
        return ServiceLoader.load(CudaRuntime.class, ComputeBackend.class.getClassLoader())
                .findFirst()
                .isPresent();
    }

    /**
     * Starts ND4J, if it has not been started.
     *
     * @throws DeviceFailure if there is no card, CUDA is not installed, or ND4J cannot be started; that a card among
     *         several cannot be driven is told by {@link #device(int)}
     */
    public static ComputeBackend start() {
        var runtime = ServiceLoader.load(CudaRuntime.class, ComputeBackend.class.getClassLoader())
                .findFirst();
        try {
            var devices = runtime.map(CudaRuntime::devices).orElse(List.of());
            // One that can be driven has to be there: ND4J may bring down the process otherwise.
            if (!devices.isEmpty() && devices.stream().noneMatch(CudaSupport::drives)) {
                throw new DeviceFailure(
                        CudaSupport.refusal(devices.get(0), host()).orElseThrow());
            }
            return new ComputeBackend(Nd4j.getEnvironment().isCPU(), devices);
        } catch (CudaRuntime.CudaError | LinkageError e) {
            // LinkageError is what a failed static initialiser shows as, and would end an executor without a word.
            throw new DeviceFailure(CudaSupport.explain(e, host()), e);
        }
    }

    /**
     * The card of a number.
     *
     * @throws DeviceFailure if there is none of this number, or ND4J cannot drive it
     */
    public DeviceInfo device(int index) {
        if (index < 0 || index >= devices.size()) {
            throw new DeviceFailure("Spark assigned GPU " + index + ", but CUDA sees " + devices.size()
                    + " device(s) on " + host() + ": check CUDA_VISIBLE_DEVICES and the discovery script");
        }
        var device = devices.get(index);
        CudaSupport.refusal(device, host()).ifPresent(refusal -> {
            throw new DeviceFailure(refusal);
        });
        return device;
    }

    /** Why ND4J cannot be started in this process, if it cannot; for those who found out by starting it themselves. */
    public static Optional<String> trouble() {
        try {
            start();
            return Optional.empty();
        } catch (DeviceFailure e) {
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
