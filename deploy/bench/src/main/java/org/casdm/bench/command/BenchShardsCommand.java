package org.casdm.bench.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.concurrent.Callable;
import org.casdm.bench.ShardBenchmark;
import org.casdm.job.cli.failure.ExitCode;
import org.casdm.job.cli.spark.StorageOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code casdm bench shards}. */
@Command(
        name = "shards",
        description =
                "Times the reading of a prepared data set in the order of training: images a second of one worker.",
        footerHeading = "%nExamples:%n",
        footer = "  casdm bench shards --data s3a://bucket/imagenet-64 --images 100000")
final class BenchShardsCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private StorageOptions storage;

    @Option(names = "--data", required = true, paramLabel = "URI", description = "A folder that prepare has written.")
    private String data;

    @Option(
            names = "--images",
            paramLabel = "N",
            defaultValue = "0",
            description = "How many images are read; 0: an " + "epoch (default: ${DEFAULT-VALUE}).")
    private long images;

    @Override
    public Integer call() throws Exception {
        if (images < 0) {
            throw new ParameterException(spec.commandLine(), "--images is at least 0, not " + images);
        }
        var report = new ShardBenchmark(data, images, storage.hadoop()).run();
        spec.commandLine().getOut().println(new ObjectMapper().writeValueAsString(report));
        return ExitCode.DONE;
    }
}
