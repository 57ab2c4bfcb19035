package org.casdm.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any text as a configuration with settings of the command line: loaded, or refused with an explanation. What was
 * loaded is the same when it has been stored with the run and read again.
 */
class ConfigLoaderFuzzTest {

    /** The file's text, and behind each zero a setting of the command line. */
    static Stream<byte[]> texts() {
        return Stream.of("casdm { data { path = \"s3a://bucket/images\", size = 64 } }\0run.seed=7\0spark.a.b=c", """
                model { kind = dual, classes = 10, theta { channel-mult = [1, 2], heads = ${train.steps} } }
                train { steps = 4, ema-rates = [0.9, 0.99], optimizer.learning-rate = 1e-4 }
                data.path = ${?NO_SUCH_VARIABLE}
                spark { "spark.executor.memory" = 8g, driver.memory = 2g }
                samples = { every-steps = null } # more
                """)
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("texts")
    @FuzzTest
    void load(byte[] content) {
        List<String> texts = Arrays.asList(new String(content, StandardCharsets.UTF_8).split("\0", -1));
        var file = new ConfigText("my.conf", texts.get(0));
        CasdmConfig config;
        try {
            config = ConfigLoader.load(Optional.of(file), texts.subList(1, texts.size()), Set.of(), new Properties());
        } catch (ConfigException e) {
            assertThat(e.problems()).isNotEmpty().noneMatch(String::isBlank);
            return;
        }
        assertThat(ConfigLoader.loadStored(new ConfigText("config.conf", config.toHocon())))
                .isEqualTo(config);
    }
}
