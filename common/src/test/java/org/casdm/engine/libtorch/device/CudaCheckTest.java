package org.casdm.engine.libtorch.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.casdm.engine.Device;
import org.casdm.engine.libtorch.device.CudaReport.MissingLibrary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CudaCheckTest {

    private static final String HEADER = "| NVIDIA-SMI 580.95.05   Driver Version: 580.95.05   CUDA Version: 13.0 |";
    private static final String A100 = "0, GPU-aaaa-1, NVIDIA A100-SXM4-40GB, 8.0, 40960";
    private static final String H100 = "1, GPU-bbbb-2, NVIDIA H100 80GB HBM3, 9.0, 81559";
    private static final String V100 = "0, GPU-cccc-3, Tesla V100-SXM2-16GB, 7.0, 16384";

    private final FakeMachine machine = new FakeMachine();

    @Test
    void completeMachine_reportsVersionsAndGpusWithoutProblem() {
        machine.prints(HEADER, A100, H100);

        var report = check();

        assertThat(report.problem()).isEmpty();
        assertThat(report.driver()).contains("580.95.05");
        assertThat(report.cuda()).contains("13.0");
        assertThat(report.gpus())
                .containsExactly(
                        new Device(0, "NVIDIA A100-SXM4-40GB", "8.0", 40L << 30, Optional.empty()),
                        new Device(1, "NVIDIA H100 80GB HBM3", "9.0", 81559L << 20, Optional.empty()));
    }

    @Test
    void newerDriversHeader_isRead() {
        machine.prints("| NVIDIA-SMI 610.57.04   KMD Version: 610.57.04   CUDA UMD Version: 13.3 |", A100);

        assertThat(check().driver()).contains("610.57.04");
        assertThat(check().cuda()).contains("13.3");
    }

    @Test
    void librariesThatDoNotLoad_areAllNamedInOneSentence() {
        machine.prints(HEADER, A100);
        machine.lacks.addAll(Set.of("libcupti.so.13", "libcudnn_cnn.so.9"));

        assertThat(check().problem().orElseThrow())
                .startsWith(
                        "node7 lacks libraries that LibTorch's GPU build needs: libcupti.so.13, libcudnn_cnn.so.9. ")
                .contains("LD_LIBRARY_PATH");
    }

    @Test
    void libraryInCudasFolder_isFoundThere() {
        machine.prints(HEADER, A100);
        machine.lacks.add("libcupti.so.13");
        machine.has.add("/usr/local/cuda/extras/CUPTI/lib64/libcupti.so.13");

        assertThat(check().problem()).isEmpty();
    }

    @Test
    void libraryThatNeedsAMissingOne_isReportedWithTheLinkersReason() {
        machine.prints(HEADER, A100);
        var reason = "libnvJitLink.so.13: cannot open shared object file: No such file or directory";
        machine.lacks.add("libcusparse.so.12");
        machine.reasons.put("/usr/local/cuda/lib64/libcusparse.so.12", reason);

        assertThat(check().missing()).containsExactly(new MissingLibrary("libcusparse.so.12", reason));
    }

    @Test
    void missingDriver_isReportedFirst() {
        machine.lacks.addAll(List.of("libcuda.so.1", "libcublas.so.13"));

        var report = check();

        assertThat(report.problem().orElseThrow())
                .startsWith("node7 has no NVIDIA driver (libcuda.so.1: cannot open shared object file")
                .contains("install driver 580 or newer")
                .contains("docker run --gpus all");
        assertThat(report.missing()).extracting(MissingLibrary::name).containsExactly("libcublas.so.13");
        assertThat(report.gpus()).isEmpty();
    }

    @Test
    void libraryThatNeedsTheMissingDriver_isNotReportedAsMissing() {
        machine.lacks.add("libcuda.so.1");
        machine.reasons.put(
                "libcudnn_engines_runtime_compiled.so.9",
                "libcuda.so.1: cannot open shared object file: No such file or directory");

        assertThat(check().missing()).isEmpty();
        assertThat(check().problem().orElseThrow()).startsWith("node7 has no NVIDIA driver");
    }

    @Test
    void driverForAnOlderCuda_isReportedWithBothVersions() {
        machine.prints("| NVIDIA-SMI 550.54.14   Driver Version: 550.54.14   CUDA Version: 12.4 |", A100);

        assertThat(check().problem().orElseThrow())
                .startsWith("The NVIDIA driver 550.54.14 on node7 supports CUDA 12.4, but LibTorch's GPU build needs "
                        + "CUDA 13: install driver 580 or newer");
    }

    @Test
    void olderDriverWithCompatibilityPackage_isUsable() {
        machine.prints("| NVIDIA-SMI 570.86.15   Driver Version: 570.86.15   CUDA Version: 13.1 |", A100);

        assertThat(check().problem()).isEmpty();
    }

    @Test
    void nvidiaSmiThatFails_isReportedWithItsWords() {
        machine.failure = "nvidia-smi fails: Driver/library version mismatch";

        assertThat(check().problem().orElseThrow())
                .startsWith("The NVIDIA driver on node7 cannot be asked for its GPUs: nvidia-smi fails: "
                        + "Driver/library version mismatch. ");
    }

    @Test
    void unknownListOfGpus_isReportedWithItsLine() {
        machine.prints(HEADER, "0, GPU-aaaa-1, NVIDIA A100");

        assertThat(check().problem().orElseThrow()).contains("in an unknown form: 0, GPU-aaaa-1, NVIDIA A100. ");
    }

    @ParameterizedTest
    @CsvSource({
        "6.1, false",
        "7.0, false",
        "7.5, true",
        "8.0, true",
        "8.6, true",
        "8.9, true",
        "9.0, true",
        "10.0, true",
        "10.3, true",
        "11.0, false",
        "12.0, true",
        "12.1, true",
        "13.0, false"
    })
    void capability_decidesWhetherAGpuIsUsable(String capability, boolean usable) {
        machine.prints(HEADER, "0, GPU-1, GPU of a test, " + capability + ", 1024");

        assertThat(check().gpus().get(0).refusal().isEmpty()).isEqualTo(usable);
        assertThat(check().problem().isEmpty()).isEqualTo(usable);
    }

    @Test
    void gpuWithoutMachineCode_isNamedInTheProblem() {
        machine.prints(HEADER, V100);

        assertThat(check().problem().orElseThrow())
                .startsWith("GPU 0: Tesla V100-SXM2-16GB, compute capability 7.0, 16.0 GiB: LibTorch's GPU build has "
                        + "machine code for");
    }

    @Test
    void oneUsableGpuAmongOthers_isEnough() {
        machine.prints(HEADER, V100, H100);

        assertThat(check().problem()).isEmpty();
        assertThat(check().gpus()).extracting(gpu -> gpu.refusal().isPresent()).containsExactly(true, false);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"1 | H100", "1,0 | H100 A100", "GPU-bbbb | H100", "0,7,1 | A100", "MIG-x | A100"})
    void visibleDevices_areNumberedAsCudaNumbersThem(String visible, String names) {
        machine.prints(HEADER, A100, H100);
        machine.environment.put("CUDA_VISIBLE_DEVICES", visible);

        var gpus = check().gpus();

        var expected = names.split(" ");
        assertThat(gpus).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(gpus.get(i).index()).isEqualTo(i);
            assertThat(gpus.get(i).name()).contains(expected[i]);
        }
    }

    @Test
    void noVisibleDevice_isReportedWithTheVariable() {
        machine.prints(HEADER, A100);
        machine.environment.put("CUDA_VISIBLE_DEVICES", "-1");

        assertThat(check().problem().orElseThrow())
                .startsWith("NVIDIA's driver shows no GPU to this process on node7: check nvidia-smi and "
                        + "CUDA_VISIBLE_DEVICES (\"-1\")");
    }

    @Test
    void memoryThatNvidiaSmiDoesNotKnow_isZero() {
        machine.prints(HEADER, "0, GPU-1, NVIDIA GB10, 12.1, [N/A]");

        assertThat(check().gpus().get(0).memoryBytes()).isZero();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void thisMachine_loadsWhatItHasAndReportsWhatItLacks() {
        var here = CudaMachine.here();

        assertThat(here.load("libpthread.so.0")).isEmpty();
        assertThat(here.load("libno-such-library.so.1").orElseThrow())
                .isEqualTo("libno-such-library.so.1: cannot open shared object file: No such file or directory");
    }

    @Test
    void gpuBuildWithoutDriver_hasTheReasonAsAGpusRefusal() {
        machine.lacks.add("libcuda.so.1");
        var report = check();

        var devices = LibTorchDevices.of(NativeLibraries.GPU, Optional.of(report), machine);

        assertThat(devices).hasSize(2);
        assertThat(devices.get(0).isCpu()).isTrue();
        assertThat(devices.get(1).refusal()).isEqualTo(report.problem()).isPresent();
    }

    @Test
    void gpuBuild_listsTheCpuAndAllGpus() {
        machine.prints(HEADER, A100, H100);

        assertThat(LibTorchDevices.of(NativeLibraries.GPU, Optional.of(check()), machine))
                .extracting(Device::index)
                .containsExactly(Device.CPU, 0, 1);
    }

    @Test
    void cpuBuildOnAMachineWithADriver_saysHowToGetTheGpuBuild() {
        assertThat(LibTorchDevices.of(NativeLibraries.CPU, Optional.empty(), machine)
                        .get(1)
                        .refusal()
                        .orElseThrow())
                .startsWith("node7 has an NVIDIA driver, but LibTorch's CPU build is on the class path.")
                .contains(NativeLibraries.GET_GPU);
    }

    @Test
    void cpuBuildOnAMachineWithoutDriver_hasTheCpuOnly() {
        machine.lacks.add("libcuda.so.1");

        assertThat(LibTorchDevices.of(NativeLibraries.CPU, Optional.empty(), machine))
                .containsExactly(Device.cpu());
    }

    private CudaReport check() {
        return new CudaCheck(machine).report();
    }

    /** A machine on which every library loads but those that it lacks. */
    private static final class FakeMachine implements CudaMachine {

        final Set<String> lacks = new HashSet<>();
        final Set<String> has = new HashSet<>();
        final Map<String, String> reasons = new HashMap<>();
        final Map<String, String> environment = new HashMap<>();
        String overview = "";
        String gpus = "";
        String failure;

        void prints(String header, String... lines) {
            overview = header;
            gpus = String.join("\n", lines);
        }

        @Override
        public Optional<String> load(String library) {
            if (reasons.containsKey(library)) {
                return Optional.of(reasons.get(library));
            }
            boolean loads = library.contains("/") ? has.contains(library) : !lacks.contains(library);
            return loads
                    ? Optional.empty()
                    : Optional.of(library + ": cannot open shared object file: No such file or directory");
        }

        @Override
        public String nvidiaSmi(String... arguments) throws IOException {
            if (failure != null) {
                throw new IOException(failure);
            }
            return arguments.length == 0 ? overview : gpus;
        }

        @Override
        public Optional<String> environment(String variable) {
            return Optional.ofNullable(environment.get(variable));
        }

        @Override
        public String host() {
            return "node7";
        }
    }
}
