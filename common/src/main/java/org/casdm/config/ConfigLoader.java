package org.casdm.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;

/**
 * Loads a configuration strictly. Precedence, highest first: the command line, system properties (casdm.*), the file,
 * {@code reference.conf}. Unknown keys, wrong types, values out of range and impossible combinations are errors, all
 * reported together in one {@link ConfigException}.
 *
 * <p>Files are HOCON, with or without {@code casdm { ... }} around; {@code ${NAME}} takes an environment variable.
 */
public final class ConfigLoader {

    /** The keys without a default that a training run needs. */
    public static final Set<String> REQUIRED_BY_TRAIN = Set.of("run.folder", "data.path");

    static final String ROOT = "casdm";
    static final String OPEN_SECTION = "spark";

    private ConfigLoader() {}

    /**
     * Loads the configuration of this process.
     *
     * @param file      the file's text, if there is a file
     * @param overrides {@code key=value} of the command line; {@code casdm.} in front may be left out
     * @throws ConfigException if anything is wrong
     */
    public static CasdmConfig load(Optional<ConfigText> file, List<String> overrides) {
        return load(file, overrides, Set.of());
    }

    /**
     * Loads the configuration of this process.
     *
     * @param required keys whose default is null that have to be given, such as {@link #REQUIRED_BY_TRAIN}
     */
    public static CasdmConfig load(Optional<ConfigText> file, List<String> overrides, Set<String> required) {
        return load(file, overrides, required, System.getProperties());
    }

    /** Loads a configuration stored with a run, as it is: neither command line nor system properties change it. */
    public static CasdmConfig loadStored(ConfigText file) {
        return load(Optional.of(file), List.of(), Set.of(), new Properties());
    }

    static CasdmConfig load(
            Optional<ConfigText> file, List<String> overrides, Set<String> required, Properties systemProperties) {
        var problems = new Problems();
        var keyOverrides = new ArrayList<>(systemProperties(systemProperties));
        keyOverrides.addAll(commandLine(overrides, problems));
        var reference = reference();
        var config = RenamedKeys.rename(
                resolve(file.map(ConfigLoader::parse).orElse(ConfigFactory.empty()), keyOverrides, reference),
                keyOverrides,
                problems);

        var spark = new SparkSettings(problems);
        if (config.get(OPEN_SECTION) instanceof ConfigObject section) {
            spark.addSection(section);
        } else {
            problems.add(
                    OPEN_SECTION + " (" + Origins.text(config.get(OPEN_SECTION).origin())
                            + ") is a section: write spark { \"spark.executor.memory\" = 2g }");
        }
        keyOverrides.stream()
                .filter(KeyOverride::isSparkSetting)
                .forEach(override -> spark.override(
                        String.join(
                                ".", override.path().subList(1, override.path().size())),
                        override.value()));
        var settings = spark.settings();

        if (!new KnownKeys(section(reference.resolve())).check(config, problems)) {
            problems.throwIfAny();
        }
        var read = new SettingReader(config.toConfig(), problems);
        var result = new ConfigReader(read).config(settings);
        requireKeys(required, result, problems);
        new CombinationCheck(result, read, problems).run();
        problems.throwIfAny();
        return result;
    }

    private static Config reference() {
        return ConfigFactory.parseResources(
                        ConfigLoader.class.getClassLoader(),
                        Origins.REFERENCE,
                        ConfigParseOptions.defaults().setAllowMissing(false))
                .withOnlyPath(ROOT);
    }

    private static ConfigObject section(Config config) {
        return config.getConfig(ROOT).root();
    }

    private static List<KeyOverride> systemProperties(Properties properties) {
        return properties.stringPropertyNames().stream()
                .filter(name -> name.startsWith(ROOT + "."))
                .sorted()
                .map(name -> KeyOverride.of(name, properties.getProperty(name), "system property " + name))
                .toList();
    }

    private static List<KeyOverride> commandLine(List<String> overrides, Problems problems) {
        var result = new ArrayList<KeyOverride>();
        for (var override : overrides) {
            var equals = override.indexOf('=');
            if (equals <= 0) {
                problems.add("\"" + override + "\" (command line) is not of the form key=value");
            } else {
                try {
                    result.add(KeyOverride.of(
                            override.substring(0, equals).strip(), override.substring(equals + 1), "command line"));
                } catch (ConfigException e) {
                    e.problems().forEach(problems::add);
                }
            }
        }
        return result;
    }

    private static Config parse(ConfigText file) {
        try {
            var parsed = ConfigFactory.parseString(
                    file.text(),
                    ConfigParseOptions.defaults()
                            .setOriginDescription(file.name())
                            .setIncluder(new NoIncludes(file.name())));
            var whole = parsed.root();
            var nested = whole.get(ROOT);
            if (nested == null) {
                return parsed;
            }
            if (nested instanceof ConfigObject section) {
                return section.toConfig().withFallback(whole.withoutKey(ROOT));
            }
            throw new ConfigException(
                    List.of(ROOT + " (" + Origins.text(nested.origin()) + ") is a section: write casdm { ... }"));
        } catch (com.typesafe.config.ConfigException e) {
            throw new ConfigException(List.of(file.name() + " cannot be read as HOCON: " + e.getMessage()));
        }
    }

    /** Puts the layers together and fills in substitutions; the result has the keys without the root. */
    private static ConfigObject resolve(Config file, List<KeyOverride> overrides, Config reference) {
        var keys = ConfigFactory.empty();
        for (var override : overrides) {
            if (!override.isSparkSetting()) {
                keys = override.toConfig().withFallback(keys.withoutPath(ConfigUtil.joinPath(override.path())));
            }
        }
        try {
            var layers = keys.withFallback(file)
                    .withFallback(reference.root().get(ROOT))
                    .root();
            // Also at the top, so that a file without "casdm { }" around it can refer to its own keys.
            return section(layers.atKey(ROOT).withFallback(layers).resolve());
        } catch (com.typesafe.config.ConfigException e) {
            throw new ConfigException(List.of("A ${...} cannot be filled in: " + e.getMessage()
                    + ". Set the environment variable, or write ${?...} to fall back to the default"));
        }
    }

    private static void requireKeys(Set<String> required, CasdmConfig config, Problems problems) {
        var values = new TreeMap<String, Object>();
        ConfigKeys.entries(config).forEach(entry -> values.put(entry.path(), entry.value()));
        for (Map.Entry<String, Object> entry : values.entrySet()) {
            if (required.contains(entry.getKey())
                    && entry.getValue().equals(Optional.empty())
                    && problems.noneOf(entry.getKey())) {
                problems.add(
                        entry.getKey(),
                        entry.getKey() + " is not set: give it in the file or as " + entry.getKey()
                                + "=... on the command line");
            }
        }
    }

    /** A file comes as text, from any file system: there is no place where files beside it could be found. */
    private record NoIncludes(String file) implements ConfigIncluder {

        @Override
        public ConfigIncluder withFallback(ConfigIncluder fallback) {
            return this;
        }

        @Override
        public ConfigObject include(ConfigIncludeContext context, String what) {
            throw new ConfigException(
                    List.of(file + " includes " + what + ": includes are not supported, put everything in one file"));
        }
    }
}
