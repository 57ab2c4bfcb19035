package org.casdm.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.storage.Storage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of a run: {@code config.conf}, {@code checkpoints/}, {@code metrics/}, {@code samples/}, perhaps {@code ema/}
 * and, if something went wrong, {@code failures/}, on any Hadoop file system.
 *
 * <p>Local files are written without Hadoop's {@code .crc} companions: checkpoints have their own hashes, and
 * the folder, opened in a notebook or copied, has only files that belong together.
 */
public final class RunFolder {

    private static final Logger LOG = LoggerFactory.getLogger(RunFolder.class);
    private static final String CONFIGURATION_END = "# end of configuration";

    private final FileSystem fileSystem;
    private final Path root;

    /** @param root need not exist */
    public RunFolder(FileSystem fileSystem, Path root) {
        this.fileSystem = Storage.withoutChecksums(fileSystem);
        this.root = this.fileSystem.makeQualified(root);
    }

    /**
     * The folder at a URI ({@code s3a://bucket/runs/7}, {@code file:/data/run}) or a path of the default file system.
     *
     * @throws IOException if the file system cannot be reached
     */
    public static RunFolder at(String uri, Configuration configuration) throws IOException {
        var path = Storage.path(uri);
        return new RunFolder(Storage.fileSystem(path, configuration), path);
    }

    public Path root() {
        return root;
    }

    /** For what else is to be read or written here. Belongs to Hadoop's cache: not to be closed. */
    public FileSystem fileSystem() {
        return fileSystem;
    }

    public CheckpointStore checkpoints() {
        return new CheckpointStore(fileSystem, new Path(root, "checkpoints"));
    }

    /** Stored power-function averages, from which others are rebuilt: checkpoints with nothing else in them. */
    public CheckpointStore averages() {
        return new CheckpointStore(fileSystem, new Path(root, "ema"));
    }

    /** The metrics; see {@link MetricsLog#MetricsLog} for the parameters. */
    public MetricsLog metrics(int linesPerPart, Duration longestWait) {
        return new MetricsLog(fileSystem, new Path(root, "metrics"), linesPerPart, longestWait, InstantSource.system());
    }

    /** What workers kept of steps that went wrong. */
    public FailureStore failures() {
        return new FailureStore(fileSystem, new Path(root, "failures"));
    }

    public Path configurationPath() {
        return new Path(root, "config.conf");
    }

    /**
     * Writes the resolved configuration. A comment at its end distinguishes a whole file from one whose writer was killed.
     */
    public void writeConfiguration(String text) throws IOException {
        var whole = text.stripTrailing() + "\n" + CONFIGURATION_END + "\n";
        FileSystemFiles.write(fileSystem, configurationPath(), whole.getBytes(StandardCharsets.UTF_8));
    }

    /** The configuration of the run; empty if there is none, or (with a warning) if its end is missing. */
    public Optional<String> readConfiguration() throws IOException {
        var text = FileSystemFiles.readIfPresent(fileSystem, configurationPath())
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8));
        if (text.isPresent() && !text.get().stripTrailing().endsWith(CONFIGURATION_END)) {
            LOG.warn(
                    "{}: ignored, as it is incomplete: its last line is not '{}'",
                    configurationPath(),
                    CONFIGURATION_END);
            return Optional.empty();
        }
        return text;
    }

    /** The grid of samples of a step, whether it exists or not. */
    public Path samplePath(long step) {
        return new Path(root, "samples/" + StepName.of(step) + ".png");
    }

    /** Stores the grid of samples of a step. */
    public void writeSample(long step, byte[] png) throws IOException {
        FileSystemFiles.write(fileSystem, samplePath(step), png);
    }
}
