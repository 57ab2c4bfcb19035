package org.casdm.job.cli;

import java.util.ServiceLoader;
import org.casdm.job.ProgramVersion;
import org.casdm.job.cli.failure.ExitCode;
import org.casdm.job.cli.failure.FailureHandler;
import org.casdm.job.cli.spark.ProcessEnvironment;
import org.casdm.job.cli.spark.SparkLogging;
import org.casdm.job.cli.weights.ConvertCommand;
import org.casdm.job.cli.weights.WeightsCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The program: {@code casdm COMMAND ...}. */
@Command(
        name = "casdm",
        description = "Trains Cas-DM diffusion models on Apache Spark.",
        versionProvider = ProgramVersion.class,
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            PrepareCommand.class,
            TrainCommand.class,
            SampleCommand.class,
            EvaluateCommand.class,
            PromoteCommand.class,
            TrainClassifierCommand.class,
            InspectCommand.class,
            ReportCommand.class,
            LpipsCommand.class,
            ConvertCommand.class,
            CopyCommand.class,
            EmaCommand.class,
            ExportCommand.class,
            ImportCommand.class,
            DrawImagesCommand.class,
            DevicesCommand.class,
            WeightsCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "  0:done",
            "  1:the work failed; what was finished before is kept",
            "  2:the command line or the configuration is wrong; nothing was started",
            "130:interrupted"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  casdm prepare --source /data/images --out s3a://bucket/images-64 --size 64",
            "  casdm train -c conf/fashion-mnist.conf run.folder=/data/runs/1",
            "  casdm sample --checkpoint /data/runs/1 --count 16 --out /data/samples",
            "  casdm evaluate --samples /data/samples --reference /data/images --weights inception.pth",
            "  casdm inspect s3a://bucket/runs/1",
            "  casdm train --help"
        })
public final class Casdm implements Runnable {

    /** Wide enough for the examples: a broken line cannot be copied into a shell. */
    private static final int HELP_WIDTH = 106;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-v", "--stacktrace"},
            scope = ScopeType.INHERIT,
            description = "When the work fails, print the stack trace too.")
    private boolean stackTrace;

    /** Runs the program and ends the JVM with its {@linkplain ExitCode exit code}. */
    public static void main(String[] arguments) {
        ProcessEnvironment.settle(System.getenv());
        SparkLogging.replaceSparksDefault();
        var problem = ProcessEnvironment.localeProblem(arguments, System.err);
        problem.ifPresent(System.err::println);
        int code = problem.isPresent() ? ExitCode.USAGE : execute(commandLine(), arguments);
        if (code != ExitCode.DONE || !insideYarn()) {
            System.exit(code);
        }
    }

    /** Whether this is a driver on YARN, which takes any call of exit for a failure: work that is done returns. */
    private static boolean insideYarn() {
        return "yarn".equals(System.getProperty("spark.master"))
                && "cluster".equals(System.getProperty("spark.submit.deployMode"));
    }

    /** Runs the program within another, and gives its exit code. */
    public static int execute(CommandLine program, String... arguments) {
        var secret = SecretArguments.problem(arguments);
        if (secret.isPresent()) {
            program.getErr().println(program.getColorScheme().errorText(secret.get()));
            return ExitCode.USAGE;
        }
        try {
            return program.execute(arguments);
        } catch (Error e) {
            // A full disk and exhausted memory come as errors.
            return ((FailureHandler) program.getExecutionExceptionHandler()).report(e, program);
        }
    }

    public static CommandLine commandLine() {
        var program = new Casdm();
        var line = new CommandLine(program);
        ServiceLoader.load(AddedCommand.class).forEach(line::addSubcommand);
        return line.setUsageHelpWidth(HELP_WIDTH)
                .setCaseInsensitiveEnumValuesAllowed(true)
                // Arguments are looked at before they are parsed: none come from elsewhere.
                .setExpandAtFiles(false)
                .setExecutionExceptionHandler(new FailureHandler(() -> program.stackTrace));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "No command is given.");
    }
}
