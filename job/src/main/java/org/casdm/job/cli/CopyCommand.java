package org.casdm.job.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.job.cli.failure.ExitCode;
import org.casdm.job.cli.spark.StorageOptions;
import org.casdm.storage.Storage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code casdm copy}: files in and out of object storage, for machines without its own tools. */
@Command(
        name = "copy",
        description = "Copies a file, or a folder with everything in it, from any Hadoop file system to any other.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  casdm copy /data/images s3a://bucket/images",
            "  casdm copy s3a://bucket/runs/1/samples /tmp/samples"
        })
final class CopyCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private StorageOptions storage;

    @Parameters(index = "0", paramLabel = "FROM", description = "File or folder: a path or URI.")
    private String from;

    @Parameters(
            index = "1",
            paramLabel = "TO",
            description = "Where to copy it: a path or URI that does not exist yet. The root of a bucket takes "
                    + "a file under its own name, and the content of a folder if it is empty.")
    private String to;

    @Override
    public Integer call() throws Exception {
        var hadoop = storage.hadoop();
        var source = Storage.path(from);
        var destination = Storage.path(to);
        var sourceFiles = Storage.fileSystem(source, hadoop);
        var destinationFiles = Storage.fileSystem(destination, hadoop);
        var status = sourceFiles.getFileStatus(source);
        if (destination.isRoot() && status.isFile()) {
            destination = Storage.below(destination, source.getName());
        }
        boolean emptyRoot = destination.isRoot() && destinationFiles.listStatus(destination).length == 0;
        if (!emptyRoot && destinationFiles.exists(destination)) {
            throw new FileAlreadyExistsException(destination.toString());
        }
        copy(sourceFiles, status, destinationFiles, destination);
        spec.commandLine().getOut().println("Copied " + from + " to " + destination);
        return ExitCode.DONE;
    }

    /** As Hadoop's FileUtil does, which stumbles over names with a colon. */
    private static void copy(FileSystem sourceFiles, FileStatus source, FileSystem destinationFiles, Path destination)
            throws IOException {
        if (source.isDirectory()) {
            destinationFiles.mkdirs(destination);
            for (var child : sourceFiles.listStatus(source.getPath())) {
                copy(
                        sourceFiles,
                        child,
                        destinationFiles,
                        Storage.below(destination, child.getPath().getName()));
            }
            return;
        }
        try (var input = sourceFiles.open(source.getPath());
                var output = destinationFiles.create(destination, false)) {
            input.transferTo(output);
        }
    }
}
