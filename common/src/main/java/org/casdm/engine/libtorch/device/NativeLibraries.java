package org.casdm.engine.libtorch.device;

import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
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
        if (resource(platform + "-gpu") != null) {
            return GPU;
        }
        return resource(platform) != null ? CPU : ABSENT;
    }

    /** Where it is: an entry of a class path, a folder or a jar. Empty if none is there. */
    public static Optional<Path> location() {
        var platform = Loader.getPlatform();
        return Stream.of(platform + "-gpu", platform)
                .map(NativeLibraries::resource)
                .filter(Objects::nonNull)
                .findFirst()
                .map(NativeLibraries::classPathEntry);
    }

    private static URL resource(String platform) {
        return NativeLibraries.class.getResource(FOLDER + platform + "/" + System.mapLibraryName("jnitorch"));
    }

    private static Path classPathEntry(URL resource) {
        var text = resource.toString();
        var jar = text.startsWith("jar:");
        var entry = text.substring(jar ? "jar:".length() : 0, text.lastIndexOf(jar ? "!" + FOLDER : FOLDER));
        return Path.of(URI.create(entry));
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
