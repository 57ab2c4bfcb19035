package org.casdm.job.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.resource.ResourceInformation;
import org.casdm.engine.EngineException;
import org.junit.jupiter.api.Test;

class DeviceAssignmentTest {

    private static Map<String, ResourceInformation> gpu(String... addresses) {
        return Map.of("gpu", new ResourceInformation("gpu", addresses));
    }

    @Test
    void sparksAddress_isTheDevice() {
        assertThat(DeviceAssignment.address(gpu("1"))).hasValue(1);
        assertThat(DeviceAssignment.address(gpu("0", "2"))).hasValue(0);
        assertThat(DeviceAssignment.address(Map.of())).isEmpty();
    }

    @Test
    void addressThatIsNotANumber_isRefused() {
        assertThatThrownBy(() -> DeviceAssignment.address(gpu("GPU-5fa")))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("GPU-5fa");
    }

    /** Where Spark does not assign GPUs, a task waits for one that no other task has. */
    @Test
    void leasedGpu_isNeverShared() throws Exception {
        var leases = new GpuLeases();
        assertThat(leases.take(List.of(0, 1))).isZero();
        assertThat(leases.take(List.of(0, 1))).isOne();
        var third = CompletableFuture.supplyAsync(() -> {
            try {
                return leases.take(List.of(0, 1));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(third).isNotDone();
        leases.giveBack(1);
        assertThat(third.get(30, TimeUnit.SECONDS)).isOne();
    }
}
