package org.casdm.job.cli;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.casdm.job.cli.failure.ExitCode;
import org.casdm.job.cli.spark.StorageOptions;
import org.casdm.job.report.Report;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code casdm report}. */
@Command(
        name = "report",
        description = "Writes the results of a run as one HTML file: curves, grids of samples over time, metrics, "
                + "configuration, environment. The file is self-contained. Needs no Spark.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  casdm report /data/runs/1",
            "  casdm report s3a://bucket/runs/1 --out run-1.html --trajectory samples/trajectory.png",
            "  casdm report /data/runs/1 --tensorboard /data/tensorboard/1"
        })
final class ReportCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private StorageOptions storage;

    @Parameters(
            index = "0",
            paramLabel = "RUN",
            description = "The folder of the run: a path or URI of any Hadoop file system.")
    private String run;

    @Option(
            names = "--out",
            paramLabel = "URI",
            description = "The HTML file (default: report.html in the run folder).")
    private String out;

    @Option(
            names = "--trajectory",
            paramLabel = "PNG",
            description = "A picture of casdm sample --trajectory to be shown too; may be given several times.")
    private List<String> trajectories = List.of();

    @Option(
            names = "--tensorboard",
            paramLabel = "FOLDER",
            description = "Also writes TensorBoard's event files there: losses, speed, evaluations, grids of samples,"
                    + " configuration. What an earlier report wrote is replaced.")
    private String tensorboard;

    @Option(
            names = "--mlflow",
            paramLabel = "URL",
            description =
                    "Also sends metrics, configuration and grids to this MLflow server, such as http://host:5000; "
                            + "what it has is not sent again. Credentials come from MLFLOW_TRACKING_TOKEN, or "
                            + "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.")
    private String mlflow;

    @Option(
            names = "--mlflow-experiment",
            paramLabel = "NAME",
            defaultValue = "casdm",
            description = "The experiment there (default: ${DEFAULT-VALUE}).")
    private String experiment;

    @Override
    public Integer call() throws Exception {
        var report = new Report(storage.hadoop());
        var target = out == null ? run.replaceAll("/+$", "") + "/report.html" : out;
        var bytes = report.write(run, trajectories, target);
        spec.commandLine().getOut().printf(Locale.ROOT, "%s: %,d KiB%n", target, (bytes + 1023) / 1024);
        if (tensorboard != null) {
            var files = report.writeEvents(run, tensorboard);
            spec.commandLine()
                    .getOut()
                    .printf(
                            Locale.ROOT,
                            "%s: %d event file%s; tensorboard --logdir %s%n",
                            tensorboard,
                            files,
                            files == 1 ? "" : "s",
                            tensorboard);
        }
        if (mlflow != null) {
            var id = report.writeMlflow(run, mlflow, experiment, Optional.empty());
            spec.commandLine().getOut().printf(Locale.ROOT, "%s: run %s%n", mlflow, id);
        }
        return ExitCode.DONE;
    }
}
