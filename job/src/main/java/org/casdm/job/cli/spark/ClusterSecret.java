package org.casdm.job.cli.spark;

import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.casdm.config.ConfigException;

/**
 * The secret by which the parts of a standalone cluster know one another ({@code spark.authenticate}). It comes from
 * the environment, where Spark's workers put it for the drivers and executors that they start; a driver's context looks
 * for it in the settings alone. On YARN and Kubernetes Spark takes care of it by itself.
 */
final class ClusterSecret {

    /** Spark's own name for it. */
    static final String VARIABLE = "_SPARK_AUTH_SECRET";

    private static final String ENABLED = "spark.authenticate";
    private static final String SECRET = "spark.authenticate.secret";

    private ClusterSecret() {}

    /**
     * Takes the secret from the environment into the settings, where it is needed and missing. Spark leaves it out
     * wherever it shows settings, and when it passes them on.
     *
     * @throws ConfigException if it is needed and nowhere to be found
     */
    static void addTo(SparkConf conf, Map<String, String> environment) {
        if (!conf.getBoolean(ENABLED, false)
                || conf.contains(SECRET)
                || !conf.get("spark.master").startsWith("spark://")) {
            return;
        }
        var secret = environment.get(VARIABLE);
        if (secret == null || secret.isBlank()) {
            throw new ConfigException(List.of(ENABLED + " is on for " + conf.get("spark.master") + ", but there is no "
                    + "secret: export " + VARIABLE + "=... with the one that master and workers have"));
        }
        conf.set(SECRET, secret);
    }
}
