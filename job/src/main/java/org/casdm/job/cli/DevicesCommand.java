package org.casdm.job.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.casdm.job.cli.failure.ExitCode;
import org.casdm.job.cli.spark.SparkOptions;
import org.casdm.job.cli.spark.SparkProgram;
import org.casdm.job.device.MachineReport;
import org.casdm.job.device.ReportMachine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code casdm devices}. */
@Command(
        name = "devices",
        description = "Lists what this machine, or each executor of a cluster, can compute on: engines, CPU and GPUs,"
                + " NVIDIA's driver, and the libraries of CUDA 13 and cuDNN 9 that LibTorch's GPU build lacks. Exit code 1"
                + " if something that is installed cannot be used.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  casdm devices",
            "  casdm devices --executors 2 --master spark://host:7077",
            "  deploy/submit --master spark://host:7077 --gpus 1 -- devices --executors 2"
        })
final class DevicesCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private SparkOptions spark;

    @Option(
            names = "--executors",
            paramLabel = "N",
            defaultValue = "0",
            description = "Ask this many executors of the cluster instead of this machine (default: this machine).")
    private int executors;

    @Override
    public Integer call() throws Exception {
        if (executors < 0) {
            throw new ParameterException(spec.commandLine(), "--executors is at least 0, not " + executors);
        }
        return executors == 0 ? print(List.of(MachineReport.here())) : askExecutors();
    }

    private int askExecutors() throws Exception {
        var conf = spark.conf("casdm devices");
        // One task each: Spark waits until all executors have come before it gives out tasks.
        conf.setIfMissing("spark.scheduler.minRegisteredResourcesRatio", "1.0");
        var reports = new ArrayList<MachineReport>();
        int code = SparkProgram.run(
                conf,
                spec.commandLine().getErr(),
                context -> reports.addAll(context.parallelize(
                                IntStream.range(0, executors).boxed().toList(), executors)
                        .map(new ReportMachine())
                        .collect()));
        return code == ExitCode.DONE ? print(reports) : code;
    }

    private int print(List<MachineReport> reports) {
        var out = spec.commandLine().getOut();
        reports.stream().flatMap(report -> report.lines().stream()).distinct().forEach(out::println);
        return reports.stream().allMatch(MachineReport::usable) ? ExitCode.DONE : ExitCode.FAILURE;
    }
}
