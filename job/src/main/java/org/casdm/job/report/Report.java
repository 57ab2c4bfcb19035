package org.casdm.job.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.casdm.job.ProgramVersion;
import org.casdm.job.report.mlflow.MlflowRun;
import org.casdm.storage.Storage;

/** Writes the report of a run. */
public final class Report {

    private static final String STRIP =
            ": x_t, and the image that θ's noise implies; of a cascade also  φ's image, and "
                    + "the weight r between the two (black: θ's counts, white: φ's)";

    private final Configuration hadoop;

    /** @param hadoop says how to reach the storage */
    public Report(Configuration hadoop) {
        this.hadoop = hadoop;
    }

    /**
     * Reads a run folder and writes its report, over one that is there already.
     *
     * @param run          the run folder
     * @param trajectories PNG files of {@code casdm sample --trajectory} to be shown too
     * @param target       the HTML file
     * @return its size in bytes
     * @throws IOException if the folder is no run's, or something cannot be read or written
     */
    public long write(String run, List<String> trajectories, String target) throws IOException {
        var strips = new ArrayList<Picture>();
        for (var strip : trajectories) {
            var path = Storage.path(strip);
            strips.add(
                    new Picture(path.getName() + STRIP, StoredPicture.bytes(Storage.fileSystem(path, hadoop), path)));
        }
        var html = new ReportPage(RunStory.read(run, hadoop), strips, ProgramVersion.get(), Instant.now())
                .html()
                .getBytes(StandardCharsets.UTF_8);
        var path = Storage.path(target);
        try (var output = Storage.fileSystem(path, hadoop).create(path, true)) {
            output.write(html);
        }
        return html.length;
    }

    /**
     * Reads a run folder and writes it as TensorBoard's event files, over those that are there already.
     *
     * @param run    the run folder
     * @param folder where to, to be given to TensorBoard as its {@code --logdir}
     * @return how many files were written
     * @throws IOException if the folder is no run's, or something cannot be read or written
     */
    public int writeEvents(String run, String folder) throws IOException {
        return new EventFiles(RunStory.read(run, hadoop), folder, Instant.now(), hadoop).write();
    }

    /**
     * Brings an MLflow server up to date with a run folder.
     *
     * @param run        the run folder
     * @param server     URL of the server
     * @param experiment name of the experiment that the run belongs to
     * @param status     what the run is doing; empty: left as it is
     * @return the server's name of the run
     * @throws IOException if the folder is no run's, or the server does not take it
     */
    public String writeMlflow(String run, String server, String experiment, Optional<MlflowRun.Status> status)
            throws IOException {
        var story = RunStory.read(run, hadoop);
        var remote = MlflowRun.of(server, experiment, story.location(), System.getenv());
        if (story.configuration().isPresent()) {
            remote.parameters(story.configuration().get());
        }
        remote.metrics("", story.rounds());
        remote.metrics("evaluation/", story.evaluations());
        var grids = story.grids();
        if (!grids.isEmpty()) {
            remote.pictures(
                    grids.get(0).fileSystem(),
                    grids.stream().map(StoredPicture::path).toList());
        }
        if (status.isPresent()) {
            remote.status(status.get());
        }
        return remote.id();
    }
}
