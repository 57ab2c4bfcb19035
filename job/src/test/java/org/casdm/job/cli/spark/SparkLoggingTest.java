package org.casdm.job.cli.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.spark.SparkContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SparkLoggingTest {

    private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
    private final URI before = context.getConfigLocation();

    @AfterEach
    void restore() {
        context.setConfigLocation(before);
    }

    @Test
    void sparksDefaultIsReplaced() throws Exception {
        var sparks = SparkContext.class
                .getResource("/org/apache/spark/log4j2-defaults.properties")
                .toURI();
        context.setConfigLocation(sparks);
        assertThat(LogManager.getLogger("org.apache.spark.x").getLevel()).isEqualTo(Level.INFO);
        SparkLogging.replaceSparksDefault();
        assertThat(LogManager.getLogger("org.apache.spark.x").getLevel()).isEqualTo(Level.WARN);
        assertThat(LogManager.getLogger("org.casdm.x").getLevel()).isEqualTo(Level.INFO);
    }

    @Test
    void othersSettingsStay() throws Exception {
        var theirs = getClass().getResource("/log4j2-test.properties").toURI();
        context.setConfigLocation(theirs);
        SparkLogging.replaceSparksDefault();
        assertThat(context.getConfigLocation()).isEqualTo(theirs);
    }
}
