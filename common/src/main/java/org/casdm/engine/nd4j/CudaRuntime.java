package org.casdm.engine.nd4j;

import java.util.List;
import org.casdm.engine.Device;

/**
 * CUDA's word on the machine's GPUs, asked without ND4J: that starts on all GPUs at once, and may bring the process
 * down on one that it cannot drive. Implemented in {@code src/cuda}, which is compiled with {@code -Pcuda}.
 */
public interface CudaRuntime {

    /**
     * The GPUs that this process sees; whether ND4J can use them is not checked here.
     *
     * @throws CudaError if CUDA reports an error; that there is no GPU or no driver is one
     * @throws LinkageError if CUDA's libraries are not installed
     */
    List<Device> devices();

    /** An error of CUDA's run-time library. */
    final class CudaError extends RuntimeException {

        /** The driver is missing, or too old ({@code cudaErrorInsufficientDriver}). */
        public static final int INSUFFICIENT_DRIVER = 35;
        /** The driver is there, a GPU is not ({@code cudaErrorNoDevice}). */
        public static final int NO_DEVICE = 100;

        private static final long serialVersionUID = 1;

        private final int code;

        /**
         * @param code    one of {@code cudaError_t}
         * @param message CUDA's words for it
         */
        public CudaError(int code, String message) {
            super(message);
            this.code = code;
        }

        /** One of {@code cudaError_t}. */
        public int code() {
            return code;
        }
    }
}
