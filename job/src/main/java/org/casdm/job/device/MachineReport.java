package org.casdm.job.device;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.casdm.engine.Device;
import org.casdm.engine.Engine;
import org.casdm.engine.EngineException;
import org.casdm.engine.libtorch.device.CudaCheck;
import org.casdm.engine.libtorch.device.CudaReport;
import org.casdm.engine.libtorch.device.NativeLibraries;

/**
 * What a machine can compute on.
 *
 * @param lines for people
 * @param usable whether everything that is installed can be used
 */
public record MachineReport(List<String> lines, boolean usable) implements Serializable {

    public MachineReport {
        lines = List.copyOf(lines);
    }

    /** This process's machine, with LibTorch's native libraries if they are on its class path. */
    public static MachineReport here() {
        var lines = new ArrayList<String>();
        boolean usable = true;
        var build = NativeLibraries.onClassPath();
        if (build == NativeLibraries.GPU) {
            var report = CudaCheck.here();
            lines.addAll(describe(report));
            usable = report.problem().isEmpty();
        }
        for (var engine : ServiceLoader.load(Engine.class, MachineReport.class.getClassLoader())) {
            try {
                engine.devices().forEach(device -> lines.add("engine " + engine.name() + ": " + describe(device)));
            } catch (EngineException e) {
                lines.add("engine " + engine.name() + ": cannot be used: " + e.getMessage());
                usable = usable && build == NativeLibraries.ABSENT;
            }
        }
        NativeLibraries.location()
                .ifPresent(place -> lines.add(0, "LibTorch's native libraries: " + build + " build, " + place));
        return new MachineReport(lines, usable);
    }

    /** Driver, libraries and GPUs, and what is wrong with them. */
    static List<String> describe(CudaReport report) {
        var lines = new ArrayList<String>();
        lines.add("NVIDIA driver: " + report.driver().orElse("unknown") + ", CUDA "
                + report.cuda().orElse("unknown"));
        if (report.missing().isEmpty()) {
            lines.add("CUDA and cuDNN libraries: all load");
        }
        report.missing().stream()
                .map(library -> library.reason().startsWith(library.name() + ":")
                        ? library.reason()
                        : library.name() + ": " + library.reason())
                .forEach(library -> lines.add("missing library: " + library));
        // Of several problems each is listed: whoever mends a machine wants to do it once.
        var problems = Stream.of(report.driverProblem(), report.libraryProblem())
                .flatMap(Optional::stream)
                .toList();
        (problems.isEmpty() ? report.problem().stream().toList() : problems)
                .forEach(problem -> lines.add("problem: " + problem));
        return lines;
    }

    private static String describe(Device device) {
        return device.refusal().map(refusal -> "unusable: " + refusal).orElseGet(device::toString);
    }
}
