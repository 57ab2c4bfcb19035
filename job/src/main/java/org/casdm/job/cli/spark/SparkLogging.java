package org.casdm.job.cli.spark;

import java.net.URI;
import java.net.URISyntaxException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;

/** What is logged where nobody has said it: spark-submit then takes Spark's default, a dozen lines for each task. */
public final class SparkLogging {

    private static final String SPARKS_DEFAULT = "org/apache/spark/log4j2-defaults.properties";
    private static final String OURS = "/log4j2.properties";

    private SparkLogging() {}

    /** Puts this program's settings in the place of Spark's default; anybody else's stay. */
    public static void replaceSparksDefault() {
        var context = (LoggerContext) LogManager.getContext(false);
        var location = context.getConfigLocation();
        if (location != null && location.toString().endsWith(SPARKS_DEFAULT)) {
            context.setConfigLocation(ours());
        }
    }

    private static URI ours() {
        try {
            return SparkLogging.class.getResource(OURS).toURI();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("The name of the program's jar cannot be read", e);
        }
    }
}
