package org.casdm.job.rounds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.Test;

class DeviceAssignmentTest {

    private static Map<String, ResourceInformation> gpu(String... addresses) {
        return Map.of("gpu", new ResourceInformation("gpu", addresses));
    }

    @Test
    void takesTheTasksDevice() {
        assertThat(DeviceAssignment.of(gpu("2"), false, 4).device()).hasValue(2);
        assertThat(DeviceAssignment.of(gpu("1", "3"), false, 4).device()).hasValue(1);
    }

    @Test
    void leavesTheChoiceWhereThereIsNone() {
        assertThat(DeviceAssignment.of(Map.of(), false, 4).device()).isEmpty();
        assertThat(DeviceAssignment.of(gpu("0"), true, 0).device()).isEmpty();
    }

    @Test
    void namesWhatIsWrong() {
        assertThatThrownBy(() -> DeviceAssignment.of(gpu("4"), false, 4)).hasMessageContaining("GPU 4");
        assertThatThrownBy(() -> DeviceAssignment.of(gpu("GPU-5fa"), false, 4)).hasMessageContaining("GPU-5fa");
    }
}
