package org.casdm.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** reference.conf says what the code does, and the files in conf/ are good ones. */
class ReferenceTest {

    private static final String FIXED = "Fixed on resume";

    private final ConfigObject reference = ConfigFactory.parseResources("reference.conf")
            .resolve()
            .getConfig("casdm")
            .root();

    @Test
    void hasEveryKeyAndNoOther() {
        var inCode = ConfigKeys.entries(ConfigLoader.load(Optional.empty(), List.of())).stream()
                .map(ConfigKeys.Entry::path)
                .collect(Collectors.toSet());
        var inReference = keys(reference, "", "");
        inReference.put("spark", "");
        assertThat(inReference.keySet()).isEqualTo(inCode);
    }

    @Test
    void everyKeyIsExplained() {
        keys(reference, "", "").forEach((key, comment) -> {
            if (!key.startsWith("model.phi.")) {
                assertThat(comment).as(key).contains("Default");
            }
        });
    }

    @Test
    void saysWhatIsFixedOnResumeAsTheCodeHasIt() {
        var comments = keys(reference, "", "");
        for (var entry : ConfigKeys.entries(ConfigLoader.load(Optional.empty(), List.of()))) {
            assertThat(comments.getOrDefault(entry.path(), "").contains(FIXED))
                    .as(entry.path())
                    .isEqualTo(entry.fixedOnResume());
        }
    }

    /** Every key with its comment and those of the sections that it is in. */
    private static Map<String, String> keys(ConfigObject section, String prefix, String comments) {
        var keys = new TreeMap<String, String>();
        section.forEach((name, value) -> {
            var comment = comments + String.join(" ", value.origin().comments());
            if (value instanceof ConfigObject nested) {
                keys.putAll(keys(nested, prefix + name + ".", comment));
            } else {
                keys.put(prefix + name, comment);
            }
        });
        return keys;
    }

    static Stream<Path> confFiles() throws IOException {
        try (var files = Files.list(Path.of("..", "conf"))) {
            return files.filter(file -> file.toString().endsWith(".conf")).sorted().toList().stream();
        }
    }

    @Test
    void confHasTheFilesPromised() throws IOException {
        assertThat(confFiles().map(file -> file.getFileName().toString()))
                .contains(
                        "quickstart.conf",
                        "fashion-mnist.conf",
                        "cifar10.conf",
                        "imagenet64.conf",
                        "celebahq.conf",
                        "lsun-bedroom.conf");
    }

    @ParameterizedTest
    @MethodSource("confFiles")
    void confFilesLoad(Path file) throws IOException {
        var config = ConfigLoader.load(
                Optional.of(new ConfigText(file.toString(), Files.readString(file))),
                List.of("run.folder=/runs/x", "data.path=/images"),
                ConfigLoader.REQUIRED_BY_TRAIN,
                new Properties());
        assertThat(ConfigLoader.loadStored(new ConfigText("config.conf", config.toHocon())))
                .isEqualTo(config);
        assertThat(config.train().emaRates()).isNotEmpty();
    }
}
