package org.casdm.job.cli;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.casdm.config.CasdmConfig;
import org.casdm.config.ConfigLoader;
import org.casdm.config.ConfigText;
import org.casdm.job.cli.spark.HadoopSettings;
import org.casdm.job.cli.spark.SparkProgram;
import org.casdm.job.cli.spark.SparkSetup;
import org.casdm.job.train.TrainJob;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code casdm train}. */
@Command(
        name = "train",
        description =
                "Trains a model, or resumes a run: if run.folder holds checkpoints, from the newest complete one.",
        footerHeading = "%nKeys:%n  Every key of the configuration with its meaning, range and default is in%n"
                + "  docs/configuration.md; ready-made files are in conf/.%n%nExamples:%n",
        footer = {
            "  casdm train -c conf/fashion-mnist.conf run.folder=/data/runs/1",
            "  casdm train -c my.conf train.batch-size-per-worker=32 train.ema-rates=0.999,0.9999",
            "  casdm train -c s3a://bucket/my.conf data.path=s3a://bucket/images \\",
            "      run.folder=s3a://bucket/runs/1 spark.master=spark://host:7077"
        })
final class TrainCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "Configuration (HOCON): a path or URI of "
                    + "any Hadoop file system. Needs only the keys that differ from the defaults.")
    private String file;

    @Parameters(
            paramLabel = "key=value",
            arity = "0..*",
            description = "Settings that override the file, such as train.steps=1000.")
    private List<String> overrides = List.of();

    @Override
    public Integer call() throws Exception {
        var config = configuration();
        // Before Spark starts: what is wrong with the configuration is said at once.
        var job = new TrainJob(config);
        return SparkProgram.run(
                SparkSetup.of(config, spec.commandLine().getCommandName()),
                spec.commandLine().getErr(),
                job::run);
    }

    private CasdmConfig configuration() throws IOException {
        var text = file == null
                ? Optional.<ConfigText>empty()
                : Optional.of(ConfigFile.read(file, HadoopSettings.ofOverrides(overrides)));
        return ConfigLoader.load(text, overrides, ConfigLoader.REQUIRED_BY_TRAIN);
    }
}
