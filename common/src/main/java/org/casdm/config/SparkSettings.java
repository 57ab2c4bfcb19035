package org.casdm.config;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.Map;
import java.util.TreeMap;

/**
 * The open section: settings of Spark by full name. In a file a name may be quoted as a whole or written as nested
 * sections; "spark." in front may then be left out.
 */
final class SparkSettings {

    private static final String PREFIX = "spark.";

    private final Map<String, ConfigValue> values = new TreeMap<>();
    private final Problems problems;

    SparkSettings(Problems problems) {
        this.problems = problems;
    }

    /** Takes a file's section. A name given both in one piece and in parts is a problem: which one is meant? */
    void addSection(ConfigObject section) {
        addSection("", section);
    }

    private void addSection(String prefix, ConfigObject section) {
        for (var entry : new TreeMap<>(section).entrySet()) {
            if (entry.getValue() instanceof ConfigObject nested) {
                addSection(prefix + entry.getKey() + ".", nested);
                continue;
            }
            var name = fullName(prefix + entry.getKey());
            var other = values.put(name, entry.getValue());
            if (other != null) {
                problems.add("spark.\"" + name + "\" is given twice (" + Origins.text(other.origin()) + " and "
                        + Origins.text(entry.getValue().origin()) + "): leave one out");
            }
        }
    }

    /** Takes a setting of higher precedence. */
    void override(String name, ConfigValue value) {
        values.put(fullName(name), value);
    }

    private static String fullName(String name) {
        return name.startsWith(PREFIX) ? name : PREFIX + name;
    }

    /** Every setting by its full name; those set to null are left out. */
    Map<String, String> settings() {
        var settings = new TreeMap<String, String>();
        values.forEach((name, value) -> {
            var text = SettingReader.text(value);
            var origin = "spark.\"" + name + "\" (" + Origins.text(value.origin()) + ")";
            if (Credentials.named(name)) {
                problems.add(origin + " looks like a credential: " + Credentials.HINT);
            } else if (text.filter(Credentials::contained).isPresent()) {
                problems.add(origin + " holds a credential: " + Credentials.HINT);
            } else if (text.isPresent()) {
                settings.put(name, text.get());
            } else if (value.valueType() != ConfigValueType.NULL) {
                problems.add(origin + ": must be a single value; Spark takes lists as text with commas");
            }
        });
        return settings;
    }
}
