package org.casdm.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** The most memory that this process has had, heap, native arrays, code and all. */
final class PeakMemory {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String PEAK = "VmHWM:";
    private static final long KIBIBYTES_PER_MEBIBYTE = 1024;

    private PeakMemory() {}

    /** Peak resident set in MiB, as the kernel counts it; empty where there is no Linux to ask. */
    static OptionalLong mebibytes() throws IOException {
        if (!Files.isReadable(STATUS)) {
            return OptionalLong.empty();
        }
        try (var lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith(PEAK))
                    .mapToLong(line -> Long.parseLong(
                            line.substring(PEAK.length()).replace("kB", "").strip()))
                    .map(kibibytes -> kibibytes / KIBIBYTES_PER_MEBIBYTE)
                    .findFirst();
        }
    }
}
