package org.casdm.job.device;

import java.io.Serializable;
import java.util.Locale;

/**
 * A graphics card as CUDA describes it.
 *
 * @param index       CUDA's number of it in this process, from 0
 * @param name        such as "NVIDIA A100-SXM4-40GB"
 * @param major       first number of its compute capability
 * @param minor       second number
 * @param memoryBytes its memory, all of it
 */
public record DeviceInfo(int index, String name, int major, int minor, long memoryBytes) implements Serializable {

    private static final double GIB = 1L << 30;

    /** The compute capability, such as "8.0". */
    public String capability() {
        return major + "." + minor;
    }

    /** For people: number, name, compute capability, memory. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "GPU %d: %s, compute capability %s, %.1f GiB",
                index,
                name,
                capability(),
                memoryBytes / GIB);
    }
}
