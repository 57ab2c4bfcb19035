package org.casdm.job.report;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.casdm.checkpoint.MetricsLine;
import org.casdm.checkpoint.RunFolder;
import org.casdm.checkpoint.StepName;
import org.casdm.checkpoint.StoredCheckpoint;
import org.casdm.checkpoint.TrainingState;
import org.casdm.config.Redaction;
import org.casdm.job.evaluate.result.StoredEvaluation;

/**
 * What a run folder tells.
 *
 * @param location      where it is
 * @param rounds        the metrics of all rounds
 * @param evaluations   metrics against data sets, over steps
 * @param grids         grids of samples, from the first steps to the last
 * @param configuration the resolved configuration, without credentials; empty if the run has none
 * @param checkpoints   steps of the complete ones
 * @param newest        of the newest complete checkpoint
 */
record RunStory(
        String location,
        List<MetricsLine> rounds,
        List<MetricsLine> evaluations,
        List<StoredPicture> grids,
        Optional<String> configuration,
        List<Long> checkpoints,
        Optional<TrainingState> newest) {

    private static final Pattern GRID = Pattern.compile("(" + StepName.PATTERN + ")\\.png");

    /**
     * Reads a run folder.
     *
     * @throws IOException if it is none, or cannot be read
     */
    static RunStory read(String location, Configuration hadoop) throws IOException {
        var folder = RunFolder.at(location, hadoop);
        var rounds = folder.metrics(1, Duration.ZERO).readAll();
        var configuration = folder.readConfiguration();
        var complete = folder.checkpoints().list().complete();
        if (rounds.isEmpty() && configuration.isEmpty() && complete.isEmpty()) {
            throw new IOException(
                    location + " is not a run folder: it holds no config.conf, metrics or checkpoints. Give "
                            + "the run.folder of a training");
        }
        var evaluations = StoredEvaluation.readAll(folder).stream()
                .map(evaluation -> new MetricsLine(evaluation.step(), evaluation.values()))
                .toList();
        return new RunStory(
                Redaction.ofText(folder.root().toString()),
                rounds,
                evaluations,
                grids(folder),
                configuration.map(Redaction::ofConfiguration),
                complete.stream().map(StoredCheckpoint::step).toList(),
                complete.isEmpty()
                        ? Optional.empty()
                        : Optional.of(complete.get(complete.size() - 1).state()));
    }

    /** Some of the grids: the last one always, and the others at even distances before it. */
    List<StoredPicture> someGrids(int most) {
        var count = Math.min(grids.size(), most);
        var chosen = new ArrayList<StoredPicture>();
        for (var i = 0; i < count; i++) {
            chosen.add(grids.get(grids.size() - 1 - (int) ((long) (count - 1 - i) * grids.size() / count)));
        }
        return chosen;
    }

    private static List<StoredPicture> grids(RunFolder folder) throws IOException {
        var grids = new ArrayList<StoredPicture>();
        for (var file : files(folder, "samples", GRID)) {
            var name = GRID.matcher(file.getPath().getName());
            name.matches();
            grids.add(new StoredPicture(
                    Long.parseLong(name.group(1)),
                    Instant.ofEpochMilli(file.getModificationTime()),
                    folder.fileSystem(),
                    file.getPath()));
        }
        grids.sort(Comparator.comparingLong(StoredPicture::step));
        return grids;
    }

    private static List<FileStatus> files(RunFolder folder, String name, Pattern pattern) throws IOException {
        var found = new ArrayList<FileStatus>();
        try {
            for (var status : folder.fileSystem().listStatus(new Path(folder.root(), name))) {
                if (status.isFile()
                        && pattern.matcher(status.getPath().getName()).matches()) {
                    found.add(status);
                }
            }
        } catch (FileNotFoundException e) {
            // A run that has drawn or evaluated nothing yet.
            return List.of();
        }
        found.sort(Comparator.comparing(status -> status.getPath().getName()));
        return found;
    }
}
