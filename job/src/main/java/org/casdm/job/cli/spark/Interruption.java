package org.casdm.job.cli.spark;

import java.io.PrintWriter;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.config.Configurator;
import org.casdm.job.cli.failure.FailureMessages;

/** Notices that the user ends the program (Ctrl-C, kill): says what that means, and keeps Spark's farewell quiet. */
final class Interruption {

    private final Thread hook;
    private volatile boolean come;

    /**
     * Listens from now on.
     *
     * @param error where to tell the user
     */
    Interruption(PrintWriter error) {
        hook = new Thread(
                () -> {
                    come = true;
                    Configurator.setAllLevels(LogManager.ROOT_LOGGER_NAME, Level.OFF);
                    error.println(FailureMessages.INTERRUPTED);
                    error.flush();
                },
                "interruption");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Whether the program is being ended. */
    boolean hasCome() {
        return come;
    }

    /** From now on the end of the program is its ordinary one. */
    void stopListening() {
        if (!come) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // The JVM has begun to end in this moment; the hook runs.
                come = true;
            }
        }
    }
}
