package org.casdm.engine;

import java.io.Serializable;
import java.util.Locale;
import java.util.Optional;

/**
 * Something to compute on.
 *
 * @param index number of the GPU in this process, from 0; {@link #CPU} for the processor
 * @param name such as "NVIDIA H100 80GB HBM3"
 * @param capability compute capability such as "9.0"; empty for the processor
 * @param memoryBytes memory of the GPU; 0 for the processor
 * @param refusal why the engine cannot use it, a sentence; empty if it can
 */
public record Device(int index, String name, String capability, long memoryBytes, Optional<String> refusal)
        implements Serializable {

    /** The processor's index. */
    public static final int CPU = -1;

    private static final double GIB = 1L << 30;

    /** The processor. */
    public static Device cpu() {
        return new Device(CPU, "CPU", "", 0, Optional.empty());
    }

    /** Whether this is the processor. */
    public boolean isCpu() {
        return index == CPU;
    }

    /** To be shown: number, name, compute capability, memory. */
    @Override
    public String toString() {
        return isCpu()
                ? "the CPU"
                : String.format(
                        Locale.ROOT,
                        "GPU %d: %s, compute capability %s, %.1f GiB",
                        index,
                        name,
                        capability,
                        memoryBytes / GIB);
    }
}
