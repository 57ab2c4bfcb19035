package org.casdm.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConfigChangeTest {

    private final CasdmConfig defaults = ConfigLoader.load(Optional.empty(), List.of());

    @Test
    void listsNothingForEqualConfigurations() {
        assertThat(ConfigChange.diff(defaults, ConfigLoader.load(Optional.empty(), List.of())))
                .isEmpty();
    }

    @Test
    void listsChangesAndWhetherTheyAreAllowed() {
        var changed = ConfigLoader.load(
                Optional.empty(),
                List.of(
                        "model.theta.channels=64",
                        "train.steps=7",
                        "train.workers=2",
                        "run.folder=/x",
                        "data.size=64",
                        "train.ema-rates=0.9",
                        "train.optimizer.learning-rate=0.5",
                        "diffusion.schedule=cosine",
                        "spark.executor.memory=2g"));
        assertThat(ConfigChange.diff(defaults, changed))
                .containsExactly(
                        new ConfigChange("run.folder", "null", "\"/x\"", true),
                        new ConfigChange("data.size", "32", "64", false),
                        new ConfigChange("diffusion.schedule", "\"linear\"", "\"cosine\"", false),
                        new ConfigChange("model.theta.channels", "128", "64", false),
                        new ConfigChange("model.phi.channels", "128", "64", false),
                        new ConfigChange("train.steps", "500000", "7", true),
                        new ConfigChange("train.workers", "auto", "2", true),
                        new ConfigChange("train.optimizer.learning-rate", "1.0E-4", "0.5", true),
                        new ConfigChange("train.ema-rates", "[0.9999]", "[0.9]", false),
                        new ConfigChange("spark.\"spark.executor.memory\"", "(not set)", "\"2g\"", true));
        assertThat(ConfigChange.diff(defaults, changed).get(1)).hasToString("data.size: 32 -> 64");
    }
}
