package org.casdm.job.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.casdm.engine.Device;
import org.casdm.engine.libtorch.device.CudaReport;
import org.casdm.engine.libtorch.device.CudaReport.MissingLibrary;
import org.junit.jupiter.api.Test;

class MachineReportTest {

    private static final Device H100 = new Device(0, "NVIDIA H100 80GB HBM3", "9.0", 80L << 30, Optional.empty());

    @Test
    void completeMachine_hasNoProblem() {
        assertThat(MachineReport.describe(report(Optional.empty(), List.of())))
                .containsExactly("NVIDIA driver: 580.95.05, CUDA 13.0", "CUDA and cuDNN libraries: all load");
    }

    @Test
    void missingLibraries_areListedOneByOneAndSummedUp() {
        var lines = MachineReport.describe(report(
                Optional.empty(),
                List.of(new MissingLibrary("libcupti.so.13", "not there"), new MissingLibrary("libcudnn.so.9", "no"))));

        assertThat(lines)
                .contains("missing library: libcupti.so.13: not there", "missing library: libcudnn.so.9: no")
                .last()
                .asString()
                .startsWith("problem: node7 lacks libraries that LibTorch's GPU build needs: libcupti.so.13, "
                        + "libcudnn.so.9. ");
    }

    @Test
    void problemsOfDriverAndLibraries_areBothListed() {
        var missing = List.of(new MissingLibrary("libnccl.so.2", "libnccl.so.2: cannot open shared object file"));

        assertThat(MachineReport.describe(report(Optional.of("No driver."), missing)))
                .contains("missing library: libnccl.so.2: cannot open shared object file", "problem: No driver.")
                .last()
                .asString()
                .startsWith("problem: node7 lacks libraries");
    }

    @Test
    void thisMachine_isReported() {
        var report = MachineReport.here();

        assertThat(report.usable()).isTrue();
        assertThat(report.lines()).doesNotHaveDuplicates();
    }

    private static CudaReport report(Optional<String> driverProblem, List<MissingLibrary> missing) {
        return new CudaReport(
                "node7", Optional.of("580.95.05"), Optional.of("13.0"), driverProblem, missing, List.of(H100));
    }
}
