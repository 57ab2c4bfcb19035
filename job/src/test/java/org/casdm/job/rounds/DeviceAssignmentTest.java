package org.casdm.job.rounds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.apache.spark.resource.ResourceInformation;
import org.casdm.job.device.ComputeBackend;
import org.casdm.job.device.DeviceFailure;
import org.casdm.job.device.DeviceInfo;
import org.junit.jupiter.api.Test;

class DeviceAssignmentTest {

    private static final ComputeBackend CPU = new ComputeBackend(true, List.of());
    /** Two that can be driven, and one that cannot. */
    private static final ComputeBackend CARDS = new ComputeBackend(
            false,
            List.of(
                    new DeviceInfo(0, "NVIDIA A100-SXM4-40GB", 8, 0, 40L << 30),
                    new DeviceInfo(1, "Tesla T4", 7, 5, 15L << 30),
                    new DeviceInfo(2, "NVIDIA H100 PCIe", 9, 0, 80L << 30)));

    private static Map<String, ResourceInformation> gpu(String... addresses) {
        return Map.of("gpu", new ResourceInformation("gpu", addresses));
    }

    @Test
    void takesTheTasksDevice() {
        assertThat(DeviceAssignment.of(gpu("1"), CARDS).device()).hasValue(1);
        assertThat(DeviceAssignment.of(gpu("0", "2"), CARDS).device()).hasValue(0);
    }

    @Test
    void leavesTheChoiceWhereThereIsNone() {
        assertThat(DeviceAssignment.of(
                                Map.of(),
                                new ComputeBackend(false, CARDS.devices().subList(0, 2)))
                        .device())
                .isEmpty();
        assertThat(DeviceAssignment.of(gpu("0"), CPU).device()).isEmpty();
    }

    @Test
    void namesWhatIsWrong() {
        assertThatThrownBy(() -> DeviceAssignment.of(gpu("4"), CARDS))
                .isInstanceOf(DeviceFailure.class)
                .hasMessageContaining("GPU 4")
                .hasMessageContaining("3 device(s)");
        assertThatThrownBy(() -> DeviceAssignment.of(gpu("GPU-5fa"), CARDS))
                .isInstanceOf(DeviceFailure.class)
                .hasMessageContaining("GPU-5fa");
    }

    @Test
    void refusesACardThatCannotBeDriven() {
        assertThatThrownBy(() -> DeviceAssignment.of(gpu("2"), CARDS))
                .isInstanceOf(DeviceFailure.class)
                .hasMessageContaining("H100");
        // Without an assignment ND4J deals its threads over all that it sees.
        assertThatThrownBy(() -> DeviceAssignment.of(Map.of(), CARDS))
                .isInstanceOf(DeviceFailure.class)
                .hasMessageContaining("H100")
                .hasMessageContaining("CUDA_VISIBLE_DEVICES");
    }
}
