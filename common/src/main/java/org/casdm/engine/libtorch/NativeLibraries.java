package org.casdm.engine.libtorch;

import java.util.Optional;
import org.bytedeco.javacpp.Loader;

/** LibTorch's native code: not in the job jar, but in a jar beside it, for CPUs or for CPUs and GPUs. */
public enum NativeLibraries {
    /** None is on the class path. */
    ABSENT,
    /** For processors. */
    CPU,
    /** For processors and NVIDIA GPUs; loads only where CUDA's libraries are installed. */
    GPU;

    /** How to get the CPU build, from the project's folder. */
    public static final String GET_CPU = "mvn -B -q -N -Plibtorch-cpu package";

    /** How to get the GPU build, from the project's folder. */
    public static final String GET_GPU = "mvn -B -q -N -Plibtorch-gpu package";

    private static final String FOLDER = "/org/bytedeco/pytorch/";

    /** The build that is on this process's class path. Loads nothing. */
    public static NativeLibraries onClassPath() {
        var platform = Loader.getPlatform();
        if (holds(platform + "-gpu")) {
            return GPU;
        }
        return holds(platform) ? CPU : ABSENT;
    }

    private static boolean holds(String platform) {
        return NativeLibraries.class.getResource(FOLDER + platform + "/" + System.mapLibraryName("jnitorch")) != null;
    }

    /**
     * What to do where none is there.
     *
     * @return a sentence or two; empty if a build is there
     */
    public Optional<String> advice() {
        return this != ABSENT
                ? Optional.empty()
                : Optional.of("LibTorch's native libraries are not on the class path. Run \"" + GET_CPU
                        + "\" in the project's folder (90 MB; for GPUs -Plibtorch-gpu, 458 MB): deploy/casdm and "
                        + "deploy/submit then use them. Or set execution.engine = nd4j");
    }
}
