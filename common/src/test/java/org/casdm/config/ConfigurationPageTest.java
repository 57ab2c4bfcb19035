package org.casdm.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/configuration.md} is made from {@code reference.conf}; with {@code -Dtest.write-docs=true} it is written. */
class ConfigurationPageTest {

    private static final Path PAGE = Path.of("..", "docs", "configuration.md");
    private static final String HOW = "mvn -pl common test -Dtest=ConfigurationPageTest -Dtest.write-docs=true";

    private final StringBuilder page = new StringBuilder();
    /** Lines of keys that are listed: phi's keys are theta's, but its own. */
    private final Set<Integer> listed = new HashSet<>();

    @Test
    void pageEqualsTheReference() throws IOException {
        ConfigObject reference = ConfigFactory.parseResources("reference.conf")
                .resolve()
                .getConfig(ConfigLoader.ROOT)
                .root();
        page.append("<!-- Made from reference.conf: change that, then run ")
                .append(HOW)
                .append(" -->\n\n# Configuration\n\n");
        var root =
                ConfigFactory.parseResources("reference.conf").resolve().root().get(ConfigLoader.ROOT);
        page.append(text(root)).append('\n');
        section("", reference);
        if (Boolean.getBoolean("test.write-docs")) {
            Files.writeString(PAGE, page);
        }
        assertThat(Files.readString(PAGE))
                .as("docs/configuration.md differs from reference.conf: run " + HOW)
                .isEqualTo(page.toString());
    }

    private void section(String prefix, ConfigObject section) {
        var entries = section.entrySet().stream()
                .sorted(Comparator.comparingInt(entry -> lastLine(entry.getValue())))
                .toList();
        var keys = entries.stream()
                .filter(entry -> !(entry.getValue() instanceof ConfigObject))
                .filter(entry -> listed.add(line(entry)))
                .toList();
        if (!keys.isEmpty()) {
            page.append("| key | default | meaning |\n| --- | --- | --- |\n");
            for (var entry : keys) {
                page.append("| `").append(prefix).append(entry.getKey()).append("` | ");
                page.append(defaultOf(entry.getValue())).append(" | ");
                page.append(cell(entry.getValue())).append(" |\n");
            }
            page.append('\n');
        }
        for (var entry : entries) {
            if (entry.getValue() instanceof ConfigObject nested) {
                page.append("## ").append(prefix).append(entry.getKey()).append("\n\n");
                page.append(text(nested));
                if (!nested.origin().comments().isEmpty()) {
                    page.append('\n');
                }
                section(prefix + entry.getKey() + ".", nested);
            }
        }
    }

    private static int line(Map.Entry<String, ConfigValue> entry) {
        return entry.getValue().origin().lineNumber();
    }

    /** Of a section its last key's: that of phi, which starts from theta's keys, comes after theta. */
    private static int lastLine(ConfigValue value) {
        int line = value.origin().lineNumber();
        if (value instanceof ConfigObject section) {
            // Not values(): that is a set, which leaves out equal values of other lines.
            for (var nested : section.entrySet()) {
                line = Math.max(line, lastLine(nested.getValue()));
            }
        }
        return line;
    }

    private static String defaultOf(ConfigValue value) {
        return value.valueType() == ConfigValueType.NULL
                ? "none"
                : "`" + value.render(ConfigRenderOptions.concise()) + "`";
    }

    /** A comment as it stands, line by line; what is indented in it is code. */
    private static String text(ConfigValue value) {
        return comments(value).stream()
                .map(line -> (line.startsWith("  ") ? "  " : "") + line + "\n")
                .collect(Collectors.joining());
    }

    private static String cell(ConfigValue value) {
        return comments(value).stream()
                .map(String::strip)
                .collect(Collectors.joining(" "))
                .replace("|", "\\|");
    }

    private static List<String> comments(ConfigValue value) {
        return value.origin().comments().stream()
                .map(line -> (line.startsWith(" ") ? line.substring(1) : line).stripTrailing())
                .toList();
    }
}
