package org.casdm.job.cli.spark;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.apache.hadoop.conf.Configuration;

/**
 * How long S3 may fail until the work does, where the user says nothing about it. With Hadoop's own defaults, a server
 * that does not answer is waited for for hours (200 seconds for each of 168 tries), and one that says "slow down" for
 * days (pauses that double 20 times). With these, errors and overload are waited out for about five minutes, silence
 * for about an hour.
 *
 * <p>There are two loops: Amazon's client tries a request again after pauses that begin with a tenth of a second;
 * around it S3A tries again after longer ones. The inner loop alone is there for reading after a seek (Hadoop 3.3.4).
 */
public final class S3aDefaults {

    private static final String SHIPPED = "core-default.xml";

    private static final Map<String, String> SETTINGS = new TreeMap<>(Map.of(
            // Milliseconds without a byte from the server.
            "fs.s3a.connection.timeout", "60000",
            // The inner loop: so many further tries.
            "fs.s3a.attempts.maximum", "5",
            // The outer loop: pauses of 1, 2, 4 ... 256 s, each times a random number between 0.5 and 1.5.
            "fs.s3a.retry.limit", "8",
            "fs.s3a.retry.interval", "500ms",
            // The same after "503 Slow Down".
            "fs.s3a.retry.throttle.limit", "8",
            "fs.s3a.retry.throttle.interval", "500ms"));

    private S3aDefaults() {}

    /**
     * Gives those that neither {@code core-site.xml} nor anything else has set.
     *
     * @param configuration what has been set so far
     * @param destination   takes names and values
     */
    public static void fill(Configuration configuration, BiConsumer<String, String> destination) {
        SETTINGS.forEach((name, value) -> {
            var sources = configuration.getPropertySources(name);
            if (sources == null || sources.length == 1 && sources[0].equals(SHIPPED)) {
                destination.accept(name, value);
            }
        });
    }
}
