package org.casdm.job.cli.spark;

import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/**
 * Hadoop configurations as Spark makes them, for use without Spark: {@code core-site.xml} of the class path, then
 * settings whose names start with {@code spark.hadoop.}.
 */
public final class HadoopSettings {

    /** Of Hadoop's settings among Spark's. */
    static final String PREFIX = "spark.hadoop.";

    private HadoopSettings() {}

    /** With the JVM's system properties, where spark-submit leaves its {@code --conf}. */
    public static Configuration fromSystemProperties() {
        var configuration = new Configuration();
        S3aDefaults.fill(configuration, configuration::set);
        for (var name : System.getProperties().stringPropertyNames()) {
            set(configuration, name, System.getProperty(name));
        }
        return configuration;
    }

    /** With Spark's settings on top. */
    static Configuration of(Map<String, String> sparkSettings) {
        var configuration = fromSystemProperties();
        sparkSettings.forEach((name, value) -> set(configuration, name, value));
        return configuration;
    }

    /**
     * With {@code key=value} of the command line on top, before they have been checked: for reading the configuration
     * file itself.
     */
    public static Configuration ofOverrides(List<String> overrides) {
        var configuration = fromSystemProperties();
        for (var override : overrides) {
            var equals = override.indexOf('=');
            if (equals > 0) {
                var key = override.substring(0, equals)
                        .strip()
                        .replace("\"", "")
                        .replaceFirst("^casdm\\.", "")
                        .replaceFirst("^spark\\.spark\\.", "spark.");
                set(configuration, key, override.substring(equals + 1));
            }
        }
        return configuration;
    }

    private static void set(Configuration configuration, String name, String value) {
        if (name.startsWith(PREFIX)) {
            configuration.set(name.substring(PREFIX.length()), value);
        }
    }
}
