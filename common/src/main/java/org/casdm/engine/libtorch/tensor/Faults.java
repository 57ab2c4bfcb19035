package org.casdm.engine.libtorch.tensor;

import java.util.regex.Pattern;
import org.casdm.engine.EngineException;

/** What LibTorch throws, as sentences. */
public final class Faults {

    /** Of CUDA's allocator and of the CPU's: "Tried to allocate 2.00 GiB", "you tried to allocate 123 bytes". */
    private static final Pattern OUT_OF_MEMORY = Pattern.compile("[Tt]ried to allocate ([0-9.]+ \\w+)");

    private Faults() {}

    /**
     * Translates an error of native code.
     *
     * @param what was being done, such as "a training step of 64 images"
     * @param advice what to change if memory is short
     */
    public static RuntimeException translate(RuntimeException error, Target target, String what, String advice) {
        if (error instanceof EngineException || error instanceof IllegalArgumentException) {
            return error;
        }
        String place = target.isGpu() ? "GPU " + target.device() : "the CPU";
        String message = String.valueOf(error.getMessage());
        var memory = OUT_OF_MEMORY.matcher(message);
        if (memory.find()) {
            return new EngineException(
                    "engine libtorch: " + place + " has not enough memory for " + what + ": " + memory.group(1)
                            + " more were asked for. " + advice,
                    error);
        }
        return new EngineException(
                "engine libtorch: " + what + " failed on " + place + ": "
                        + message.lines().findFirst().orElse(""),
                error);
    }
}
