package org.casdm.job.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ComputeBackendTest {

    @Test
    void theProcessorHasNoCards() {
        assertThat(ComputeBackend.madeForCuda()).isFalse();
        var backend = ComputeBackend.start();
        assertThat(backend.cpu()).isTrue();
        assertThat(backend.devices()).isEmpty();
        assertThatThrownBy(() -> backend.device(0))
                .isInstanceOf(DeviceFailure.class)
                .hasMessageContaining("GPU 0")
                .hasMessageContaining("0 device(s)");
    }
}
