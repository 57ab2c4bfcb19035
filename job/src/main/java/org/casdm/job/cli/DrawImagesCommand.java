package org.casdm.job.cli;

import java.util.concurrent.Callable;
import org.casdm.data.picture.DrawnImages;
import org.casdm.job.cli.failure.ExitCode;
import org.casdm.job.cli.spark.StorageOptions;
import org.casdm.storage.Storage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code casdm draw-images}: pictures to try things out with. */
@Command(
        name = "draw-images",
        description = "Draws pictures to try things out with: discs, squares and rings, each kind in a subfolder of "
                + "its name. The same seed and size give the same pictures on every machine.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  casdm draw-images /tmp/pictures --count 1000",
            "  casdm draw-images s3a://bucket/pictures --count 50000 --size 64"
        })
final class DrawImagesCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private StorageOptions storage;

    @Parameters(
            index = "0",
            paramLabel = "FOLDER",
            description = "Where to: a path or URI of any Hadoop file system. Files of the same names are replaced.")
    private String folder;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            defaultValue = "2000",
            description = "How many pictures (default: ${DEFAULT-VALUE}).")
    private int count;

    @Option(
            names = "--size",
            paramLabel = "PIXELS",
            defaultValue = "32",
            description = "Width and height, 8 to 1024 (default: ${DEFAULT-VALUE}).")
    private int size;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            defaultValue = "0",
            description = "Seed of all pictures (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Override
    public Integer call() throws Exception {
        if (count < 1) {
            throw new ParameterException(spec.commandLine(), "--count is at least 1, not " + count);
        }
        if (size < 8 || size > 1024) {
            throw new ParameterException(spec.commandLine(), "--size is 8 to 1024, not " + size);
        }
        var path = Storage.path(folder);
        new DrawnImages(seed, size).write(Storage.fileSystem(path, storage.hadoop()), path, count);
        spec.commandLine()
                .getOut()
                .println("Drew " + count + " pictures of " + size + " x " + size + " pixels in " + folder);
        return ExitCode.DONE;
    }
}
