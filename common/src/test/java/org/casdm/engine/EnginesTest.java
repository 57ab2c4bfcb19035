package org.casdm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.casdm.config.CasdmConfig;
import org.casdm.config.CasdmConfig.EngineChoice;
import org.casdm.config.CasdmConfig.PrecisionChoice;
import org.casdm.engine.Arithmetic.Precision;
import org.casdm.engine.nd4j.Nd4jEngine;
import org.junit.jupiter.api.Test;

class EnginesTest {

    private static final Device T4 = new Device(1, "Tesla T4", "7.5", 15L << 30, Optional.empty());
    private static final Device V100 =
            new Device(2, "Tesla V100", "7.0", 16L << 30, Optional.of("host-a has a Tesla V100: too old."));
    private static final Engine ENGINE = new Nd4jEngine();

    private static Engines.Selection selection(CasdmConfig.Device wanted, Device... devices) {
        var request = new EngineRequest(EngineChoice.ND4J, PrecisionChoice.AUTO, wanted);
        return new Engines.Selection(ENGINE, request, List.of(devices), Optional.of("LibTorch is missing."));
    }

    @Test
    void nd4jOnTheProcessorIsFound() {
        var request = new EngineRequest(EngineChoice.ND4J, PrecisionChoice.AUTO, CasdmConfig.Device.AUTO);
        var computer = Engines.select(request).local();
        assertThat(computer.engine()).isInstanceOf(Nd4jEngine.class);
        assertThat(computer.device().isCpu()).isTrue();
        assertThat(computer.precision()).isEqualTo(Precision.FLOAT32);
        assertThat(computer).hasToString("the CPU (nd4j, float32)");
    }

    @Test
    void autoWithDeviceCpu_isNd4j() {
        var request = new EngineRequest(EngineChoice.AUTO, PrecisionChoice.AUTO, CasdmConfig.Device.CPU);
        assertThat(Engines.select(request).engine().name()).isEqualTo("nd4j");
    }

    @Test
    void assignedGpu_isTaken() {
        assertThat(selection(CasdmConfig.Device.AUTO, T4, V100).gpu(1).device()).isEqualTo(T4);
        assertThat(selection(CasdmConfig.Device.AUTO, T4, V100).usableGpus()).containsExactly(1);
        assertThat(selection(CasdmConfig.Device.AUTO, T4, V100).local().device())
                .isEqualTo(T4);
    }

    @Test
    void assignedGpu_thatIsUnknownOrUnusable_isRefused() {
        assertThatThrownBy(() -> selection(CasdmConfig.Device.AUTO, T4).gpu(4))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("GPU 4")
                .hasMessageContaining("sees 1 GPUs");
        assertThatThrownBy(() -> selection(CasdmConfig.Device.AUTO, T4, V100).gpu(2))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("Tesla V100");
        assertThatThrownBy(
                        () -> selection(CasdmConfig.Device.AUTO, Device.cpu()).gpu(0))
                .hasMessage("GPU 0 is assigned, but the engine nd4j computes on the CPU here: LibTorch is missing."
                        + " Set execution.device = cpu to compute on the CPU");
    }

    @Test
    void processor_isRefusedWhereAGpuIsAskedFor() {
        assertThatThrownBy(() -> selection(CasdmConfig.Device.GPU, Device.cpu()).cpu())
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("execution.device is gpu")
                .hasMessageContaining("LibTorch is missing");
        assertThatThrownBy(() -> selection(CasdmConfig.Device.CPU, T4).cpu()).hasMessageContaining("-Pcuda");
    }

    @Test
    void precision_thatAnEngineLacks_isRefused() {
        assertThatThrownBy(() -> Computer.precision(ENGINE, Device.cpu(), PrecisionChoice.BF16))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("nd4j does not compute in bf16 on the CPU");
    }

    @Test
    void reducedPrecision_asksForLibTorch() {
        assertThat(new EngineRequest(EngineChoice.AUTO, PrecisionChoice.BF16, CasdmConfig.Device.AUTO).engine())
                .isEqualTo(EngineChoice.LIBTORCH);
        assertThat(EngineRequest.AUTO.engine()).isEqualTo(EngineChoice.AUTO);
    }
}
