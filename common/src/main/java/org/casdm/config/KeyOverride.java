package org.casdm.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOriginFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A key set outside of files.
 *
 * @param path  the key's parts, without the root
 * @param value its value
 */
record KeyOverride(List<String> path, ConfigValue value) {

    /** Values that are read as HOCON. Anything else is taken literally: in HOCON, s3a://x would be half a comment. */
    private static final Pattern HOCON = Pattern.compile("\\s*([\\[{\"].*|null\\s*|.*\\$\\{.*)", Pattern.DOTALL);

    /** The same for keys whose values are texts, such as paths: {@code [a]} is a text there. */
    private static final Pattern HOCON_TEXT = Pattern.compile("\\s*(\".*\"\\s*|null\\s*|.*\\$\\{.*)", Pattern.DOTALL);

    private static final Set<String> TEXTS = ConfigKeys.texts();

    /**
     * @param origin where it was given, for messages
     * @throws ConfigException if the key or the value cannot be read
     */
    static KeyOverride of(String key, String text, String origin) {
        var path = path(key, origin);
        return new KeyOverride(path, value(key, TEXTS.contains(String.join(".", path)), text, origin));
    }

    private static List<String> path(String key, String origin) {
        try {
            var path = ConfigUtil.splitPath(key);
            return RenamedKeys.current(
                    path.size() > 1 && path.get(0).equals(ConfigLoader.ROOT) ? path.subList(1, path.size()) : path);
        } catch (com.typesafe.config.ConfigException e) {
            throw new ConfigException(List.of("\"" + key + "\" (" + origin + ") cannot be read as a key"));
        }
    }

    private static ConfigValue value(String key, boolean isText, String text, String origin) {
        if (!(isText ? HOCON_TEXT : HOCON).matcher(text).matches()) {
            return ConfigValueFactory.fromAnyRef(text).withOrigin(ConfigOriginFactory.newSimple(origin));
        }
        try {
            return ConfigFactory.parseString(
                            "value = " + text, ConfigParseOptions.defaults().setOriginDescription(origin))
                    .root()
                    .get("value")
                    .withOrigin(ConfigOriginFactory.newSimple(origin));
        } catch (com.typesafe.config.ConfigException e) {
            throw new ConfigException(
                    List.of("The value of " + key + " (" + origin + ") cannot be read: " + e.getMessage()));
        }
    }

    /** The key with its value, alone; the sections around it have the value's origin, for they too may be unknown. */
    Config toConfig() {
        var nested = value;
        for (var part = path.size() - 1; part >= 0; part--) {
            nested = ConfigValueFactory.fromAnyRef(Map.of(path.get(part), nested))
                    .withOrigin(value.origin());
        }
        return ((ConfigObject) nested).toConfig();
    }

    /** Whether it belongs to the open section. */
    boolean isSparkSetting() {
        return path.size() > 1 && path.get(0).equals(ConfigLoader.OPEN_SECTION);
    }
}
