package org.casdm.engine.libtorch.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibrariesTest {

    @TempDir
    private Path folder;

    @Test
    void testsClassPath_hasTheCpuBuild() {
        assumeThat(NativeLibraries.onClassPath()).isNotEqualTo(NativeLibraries.ABSENT);

        assertThat(NativeLibraries.onClassPath()).isEqualTo(NativeLibraries.CPU);
        assertThat(NativeLibraries.CPU.advice()).isEmpty();
        assertThat(NativeLibraries.location().orElseThrow()).isRegularFile();
    }

    @Test
    void classPathWithout_reportsAbsent() throws Exception {
        assertThat(onClassPathWith(null, "onClassPath")).hasToString("ABSENT");
        assertThat(onClassPathWith(null, "location")).isEqualTo(Optional.empty());
        assertThat(NativeLibraries.ABSENT.advice().orElseThrow()).contains(NativeLibraries.GET_CPU);
    }

    @Test
    void unpackedFolder_isFoundAsTheClassPathEntry() throws Exception {
        var entry = folder.resolve("with space");
        write(entry.resolve(entryName("-gpu")));

        assertThat(onClassPathWith(entry, "onClassPath")).hasToString("GPU");
        assertThat(onClassPathWith(entry, "location")).isEqualTo(Optional.of(entry));
    }

    @Test
    void jar_isFoundAsTheClassPathEntry() throws Exception {
        var jar = folder.resolve("natives.jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new ZipEntry(entryName("")));
        }

        assertThat(onClassPathWith(jar, "onClassPath")).hasToString("CPU");
        assertThat(onClassPathWith(jar, "location")).isEqualTo(Optional.of(jar));
    }

    private static String entryName(String extension) {
        return "org/bytedeco/pytorch/" + Loader.getPlatform() + extension + "/" + System.mapLibraryName("jnitorch");
    }

    private static void write(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[0]);
    }

    /** Calls a static method in a class loader that has the project, JavaCPP and the entry, but no other natives. */
    private static Object onClassPathWith(Path entry, String method) throws Exception {
        var urls = new ArrayList<URL>();
        urls.add(NativeLibraries.class.getProtectionDomain().getCodeSource().getLocation());
        urls.add(Loader.class.getProtectionDomain().getCodeSource().getLocation());
        if (entry != null) {
            urls.add(entry.toUri().toURL());
        }
        try (var loader = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            return loader.loadClass(NativeLibraries.class.getName())
                    .getMethod(method)
                    .invoke(null);
        }
    }
}
