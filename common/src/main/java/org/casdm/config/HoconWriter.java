package org.casdm.config;

import com.typesafe.config.ConfigUtil;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Writes a configuration with every key, in the order of its records. */
final class HoconWriter {

    private static final String INDENT = "  ";

    private HoconWriter() {}

    static String write(CasdmConfig config) {
        var out = new StringBuilder();
        section(ConfigLoader.ROOT, config, "", out);
        return out.toString();
    }

    private static void section(String name, Record section, String indent, StringBuilder out) {
        out.append(indent).append(name).append(" {\n");
        for (var component : section.getClass().getRecordComponents()) {
            var key = ConfigKeys.key(component);
            var value = ConfigKeys.value(section, component);
            if (value instanceof Record nested) {
                section(key, nested, indent + INDENT, out);
            } else if (value instanceof Map<?, ?> map) {
                openSection(key, map, indent + INDENT, out);
            } else {
                out.append(indent)
                        .append(INDENT)
                        .append(key)
                        .append(" = ")
                        .append(text(value))
                        .append('\n');
            }
        }
        out.append(indent).append("}\n");
    }

    private static void openSection(String name, Map<?, ?> map, String indent, StringBuilder out) {
        out.append(indent).append(name).append(" {\n");
        new TreeMap<>(map)
                .forEach((key, value) -> out.append(indent)
                        .append(INDENT)
                        .append(quoted(key))
                        .append(" = ")
                        .append(quoted(value))
                        .append('\n'));
        out.append(indent).append("}\n");
    }

    /** A value as it is written in a file. */
    static String text(Object value) {
        if (value instanceof Choice choice) {
            return quoted(choice.text());
        }
        if (value instanceof OptionalInt number) {
            return number.isPresent() ? Integer.toString(number.getAsInt()) : "auto";
        }
        if (value instanceof Optional<?> optional) {
            return optional.map(HoconWriter::text).orElse("null");
        }
        if (value instanceof List<?> list) {
            return list.stream().map(HoconWriter::text).collect(Collectors.joining(", ", "[", "]"));
        }
        if (value instanceof Number || value instanceof Boolean) {
            return value.toString();
        }
        return quoted(value);
    }

    private static String quoted(Object text) {
        return ConfigUtil.quoteString(text.toString());
    }
}
