package org.casdm.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.ConfigurationFactory;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.message.SimpleMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What log4j2.properties makes of an event, for people and for programs. */
class LogFormatTest {

    private static final String SWITCH = "log.format";

    @AfterEach
    void forget() {
        System.clearProperty(SWITCH);
    }

    private static String line(Level level, String message, Throwable thrown) throws IOException {
        try (var context = new LoggerContext("test")) {
            var configuration = ConfigurationFactory.getInstance()
                    .getConfiguration(
                            context,
                            ConfigurationSource.fromUri(LogFormatTest.class
                                    .getResource("/log4j2.properties")
                                    .toURI()));
            configuration.initialize();
            Appender console = configuration.getAppender("console");
            return console.getLayout()
                    .toSerializable(Log4jLogEvent.newBuilder()
                            .setLoggerName("org.casdm.job.X")
                            .setLevel(level)
                            .setMessage(new SimpleMessage(message))
                            .setThrown(thrown)
                            .setTimeMillis(1_700_000_000_123L)
                            .build())
                    .toString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void forPeople() throws IOException {
        assertThat(line(Level.INFO, "step 2/8", null)).matches("\\d\\d:\\d\\d:\\d\\d step 2/8\n");
        assertThat(line(Level.WARN, "skipped \"x\"", new IOException("gone")))
                .matches("\\d\\d:\\d\\d:\\d\\d WARN skipped \"x\": gone\n");
    }

    @Test
    void forPrograms() throws IOException {
        System.setProperty(SWITCH, "json");
        var text = line(Level.WARN, "skipped \"x\"\n\tat once", new IOException("gone\nfor good"));
        assertThat(text).endsWith("}\n").doesNotContain("\n{").hasLineCount(1);
        JsonNode json = new ObjectMapper().readTree(text);
        assertThat(json.get("time").asText()).isEqualTo("2023-11-14T22:13:20.123Z");
        assertThat(json.get("level").asText()).isEqualTo("WARN");
        assertThat(json.get("logger").asText()).isEqualTo("org.casdm.job.X");
        assertThat(json.get("message").asText()).isEqualTo("skipped \"x\"\n\tat once");
        assertThat(json.get("exception").asText().strip())
                .startsWith("java.io.IOException: gone\nfor good\n\tat ")
                .contains("LogFormatTest");
        assertThat(new ObjectMapper()
                        .readTree(line(Level.INFO, "step 2/8", null))
                        .get("exception")
                        .asText())
                .isEmpty();
    }
}
