package org.casdm.job.cli.weights;

import java.util.List;
import java.util.concurrent.Callable;
import org.casdm.job.cli.failure.ExitCode;
import org.casdm.job.cli.spark.StorageOptions;
import org.casdm.storage.Storage;
import org.casdm.tensor.ContentDigest;
import org.casdm.weights.published.PublishedFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code casdm weights verify}. */
@Command(
        name = "verify",
        description = "Identifies published files by size and SHA-256, whatever their names are. Exit code 1 "
                + "if a file is not one of them.",
        footer = "  casdm weights verify s3a://bucket/weights/vgg16-397923af.pth")
final class WeightsVerifyCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private StorageOptions storage;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Paths or URIs of any Hadoop file system.")
    private List<String> files;

    @Override
    public Integer call() throws Exception {
        var known = PublishedFiles.load();
        var hadoop = storage.hadoop();
        boolean allKnown = true;
        for (var file : files) {
            var path = Storage.path(file);
            var content = ContentDigest.of(Storage.fileSystem(path, hadoop), path);
            var found = known.withContent(content);
            if (found.isPresent()) {
                spec.commandLine()
                        .getOut()
                        .println(file + ": " + found.get().name() + ", "
                                + found.get().purpose());
            } else {
                allKnown = false;
                var expected = known.withFileName(path.getName())
                        .map(published -> "; " + published.name() + " has "
                                + published.content().bytes() + " bytes and "
                                + published.content().sha256())
                        .orElse("");
                spec.commandLine()
                        .getErr()
                        .println(file + ": none of the published files that \"casdm weights list\" has ("
                                + content.bytes() + " bytes, SHA-256 " + content.sha256() + expected + ")");
            }
        }
        return allKnown ? ExitCode.DONE : ExitCode.FAILURE;
    }
}
