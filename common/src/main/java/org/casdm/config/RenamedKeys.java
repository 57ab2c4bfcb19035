package org.casdm.config;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import java.util.List;
import java.util.Map;

/** Keys that have another name than in earlier versions; the old names are still read. */
final class RenamedKeys {

    private static final Map<List<String>, List<String>> NEW_NAMES =
            Map.of(List.of("train", "averaging-frequency"), List.of("train", "averaging", "period"));

    private RenamedKeys() {}

    /** The present name of a key. */
    static List<String> current(List<String> path) {
        return NEW_NAMES.getOrDefault(path, path);
    }

    /**
     * Gives keys of a file their present names. A key that is also set by its present name is a problem, unless that is
     * an override, which takes precedence.
     *
     * @param overridden keys set outside of the file
     */
    static ConfigObject rename(ConfigObject config, List<KeyOverride> overridden, Problems problems) {
        var result = config.toConfig();
        for (var names : NEW_NAMES.entrySet()) {
            var oldName = ConfigUtil.joinPath(names.getKey());
            var newName = ConfigUtil.joinPath(names.getValue());
            if (!result.hasPathOrNull(oldName)) {
                continue;
            }
            var value = result.root();
            for (var section : names.getKey().subList(0, names.getKey().size() - 1)) {
                value = (ConfigObject) value.get(section);
            }
            var old = value.get(names.getKey().get(names.getKey().size() - 1));
            result = result.withoutPath(oldName);
            if (overridden.stream().anyMatch(override -> override.path().equals(names.getValue()))) {
                continue;
            }
            if (result.hasPathOrNull(newName)
                    && !Origins.isDefault(result.getValue(newName).origin())) {
                problems.add(
                        newName,
                        oldName + " (" + Origins.text(old.origin()) + ") is the old name of " + newName + ", which is"
                                + " set too ("
                                + Origins.text(result.getValue(newName).origin()) + "); leave one out");
            } else {
                result = result.withValue(newName, old);
            }
        }
        return result.root();
    }
}
