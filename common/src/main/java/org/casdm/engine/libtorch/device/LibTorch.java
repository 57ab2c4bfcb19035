package org.casdm.engine.libtorch.device;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.casdm.engine.EngineException;

/** LibTorch's native code in this process. */
public final class LibTorch {

    private LibTorch() {}

    /**
     * Loads the native code, once a process.
     *
     * @throws EngineException if it is not on the class path or cannot be loaded
     */
    public static void load() {
        LibTorchDevices.require();
        try {
            Loader.load(torch.class);
        } catch (LinkageError e) {
            throw new EngineException(
                    "engine libtorch: LibTorch's native code cannot be loaded: " + e.getMessage()
                            + ". See docs/gpu.md, or set execution.engine = nd4j",
                    e);
        }
    }
}
