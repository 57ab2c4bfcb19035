package org.casdm.job.cli.failure;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.function.BooleanSupplier;
import org.casdm.config.Credentials;
import org.casdm.failure.UserFailure;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Turns what a command throws into lines for the user and an exit code. */
public final class FailureHandler implements IExecutionExceptionHandler {

    private final BooleanSupplier stackTrace;

    /** @param stackTrace whether the user wants stack traces */
    public FailureHandler(BooleanSupplier stackTrace) {
        this.stackTrace = stackTrace;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult arguments) {
        return report(failure, command);
    }

    /** Prints what has happened; returns the exit code. */
    public int report(Throwable failure, CommandLine command) {
        var error = command.getErr();
        var colours = command.getColorScheme();
        if (failure instanceof UserFailure wrong && wrong.exitCode() == ExitCode.USAGE) {
            wrong.problems().forEach(problem -> error.println(colours.errorText(problem)));
            printStackTrace(failure, command);
            return ExitCode.USAGE;
        }
        var message = FailureMessages.of(failure);
        error.println(colours.errorText(Credentials.hidden(message.text())));
        if (!stackTrace.getAsBoolean() && !message.known()) {
            error.println("Run it with --stacktrace for more.");
        }
        printStackTrace(failure, command);
        return message.interrupted() ? ExitCode.INTERRUPTED : ExitCode.FAILURE;
    }

    private void printStackTrace(Throwable failure, CommandLine command) {
        if (stackTrace.getAsBoolean()) {
            var trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace, true));
            command.getErr().print(Credentials.hidden(trace.toString()));
            command.getErr().flush();
        }
    }
}
