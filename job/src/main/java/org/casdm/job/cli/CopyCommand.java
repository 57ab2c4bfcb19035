package org.casdm.job.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code casdm copy}: files in and out of object storage, for machines without its own tools. */
@Command(
        name = "copy",
        description = "Copies a file, or a folder with all that is in it, from any Hadoop file system to any other.",
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
            description = "What it is to be called there, a path or URI; must not " + "exist yet.")
    private String to;

    @Override
    public Integer call() throws Exception {
        var hadoop = storage.hadoop();
        var source = new Path(from);
        var destination = new Path(to);
        var sourceFiles = source.getFileSystem(hadoop);
        var destinationFiles = destination.getFileSystem(hadoop);
        sourceFiles.getFileStatus(source);
        if (destinationFiles.exists(destination)) {
            throw new FileAlreadyExistsException(to);
        }
        // Local copies without Hadoop's .crc companions.
        destinationFiles.setWriteChecksum(false);
        if (!FileUtil.copy(sourceFiles, source, destinationFiles, destination, false, false, hadoop)) {
            throw new IOException(from + " could not be copied to " + to + " as a whole");
        }
        spec.commandLine().getOut().println("Copied " + from + " to " + to);
        return ExitCode.DONE;
    }
}
