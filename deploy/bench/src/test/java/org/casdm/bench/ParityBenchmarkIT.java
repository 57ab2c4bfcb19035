package org.casdm.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.casdm.config.CasdmConfig.EngineChoice;
import org.casdm.testing.EngineRequests;
import org.junit.jupiter.api.Test;

class ParityBenchmarkIT {

    @Test
    void referenceItself_hasNoDistanceInAnyKindOfModel() {
        var report = new ParityBenchmark(EngineRequests.computer(EngineChoice.ND4J), 2).run();

        for (var kind : new String[] {"cas-dm", "ddpm", "dual"}) {
            assertThat(distances(report, kind))
                    .containsOnlyKeys("loss_distance", "gradient_distance", "parameter_distance")
                    .allSatisfy(
                            (name, distance) -> assertThat(distance).as(name).isZero());
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Double> distances(Map<String, Object> report, String kind) {
        return (Map<String, Double>) report.get(kind);
    }
}
