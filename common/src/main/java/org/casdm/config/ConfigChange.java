package org.casdm.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/**
 * A key in which two configurations differ.
 *
 * @param key             full key without the root
 * @param oldValue        its value in the first, as a file would have it
 * @param newValue        its value in the second
 * @param allowedOnResume whether a run begun with the first may be continued with the second, as far as this key goes
 */
public record ConfigChange(String key, String oldValue, String newValue, boolean allowedOnResume) {

    private static final String NOT_SET = "(not set)";

    /** Every key in which the two differ, in the order of the reference. */
    public static List<ConfigChange> diff(CasdmConfig oldConfig, CasdmConfig newConfig) {
        var changes = new ArrayList<ConfigChange>();
        var oldEntries = ConfigKeys.entries(oldConfig);
        var newEntries = ConfigKeys.entries(newConfig);
        for (var i = 0; i < oldEntries.size(); i++) {
            var before = oldEntries.get(i);
            var after = newEntries.get(i);
            if (before.value() instanceof Map<?, ?> oldMap && after.value() instanceof Map<?, ?> newMap) {
                diffOpenSection(before.path(), oldMap, newMap, !before.fixedOnResume(), changes);
            } else if (!before.value().equals(after.value())) {
                changes.add(new ConfigChange(
                        before.path(),
                        HoconWriter.text(before.value()),
                        HoconWriter.text(after.value()),
                        !before.fixedOnResume()));
            }
        }
        return List.copyOf(changes);
    }

    private static void diffOpenSection(
            String section, Map<?, ?> before, Map<?, ?> after, boolean allowed, List<ConfigChange> changes) {
        var names = new TreeSet<String>();
        before.keySet().forEach(name -> names.add((String) name));
        after.keySet().forEach(name -> names.add((String) name));
        for (var name : names) {
            if (!Objects.equals(before.get(name), after.get(name))) {
                changes.add(new ConfigChange(
                        section + ".\"" + name + "\"",
                        textOrNotSet(before.get(name)),
                        textOrNotSet(after.get(name)),
                        allowed));
            }
        }
    }

    private static String textOrNotSet(Object value) {
        return value == null ? NOT_SET : HoconWriter.text(value);
    }

    @Override
    public String toString() {
        return key + ": " + oldValue + " -> " + newValue;
    }
}
