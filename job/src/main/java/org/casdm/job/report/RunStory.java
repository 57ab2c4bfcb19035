package org.casdm.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.checkpoint.MetricsLine;
import org.casdm.checkpoint.RunFolder;
import org.casdm.checkpoint.StoredCheckpoint;
import org.casdm.checkpoint.TrainingState;

/**
 * What a run folder tells.
 *
 * @param location      where it is
 * @param rounds        the metrics of all rounds
 * @param evaluations   metrics against data sets, over steps
 * @param samples       grids, from the first steps to the last
 * @param trajectories  strips of the denoising, as {@code casdm sample --trajectory} draws them
 * @param configuration the resolved configuration; empty if the run has none
 * @param checkpoints   steps of the complete ones
 * @param newest        of the newest complete checkpoint
 */
record RunStory(String location, List<MetricsLine> rounds, List<MetricsLine> evaluations, List<Picture> samples,
        List<Picture> trajectories, Optional<String> configuration, List<Long> checkpoints,
        Optional<TrainingState> newest) {

    /** Of more grids, some are left out, evenly. */
    static final int MOST_GRIDS = 12;

    private static final Pattern GRID = Pattern.compile("([0-9]{9,18})\\.png");
    private static final Pattern EVALUATION = Pattern.compile("evaluation.*\\.jsonl");
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Reads a run folder.
     *
     * @param trajectories PNG files to be shown too
     * @throws IOException if it is none, or cannot be read
     */
    static RunStory read(String location, List<String> trajectories, Configuration hadoop) throws IOException {
        var folder = RunFolder.at(location, hadoop);
        var rounds = folder.metrics(1, Duration.ZERO).readAll();
        var configuration = folder.readConfiguration();
        var complete = folder.checkpoints().list().complete();
        if (rounds.isEmpty() && configuration.isEmpty() && complete.isEmpty()) {
            throw new IOException(location + " is no run folder: it holds no config.conf, metrics or checkpoints. Give "
                    + "the run.folder of a training");
        }
        var strips = new ArrayList<Picture>();
        for (var strip : trajectories) {
            var path = new Path(strip);
            strips.add(new Picture(path.getName(), bytes(path.getFileSystem(hadoop), path)));
        }
        return new RunStory(folder.root().toString(), rounds, evaluations(folder), grids(folder), strips,
                configuration, complete.stream().map(StoredCheckpoint::step).toList(),
                complete.isEmpty() ? Optional.empty() : Optional.of(complete.get(complete.size() - 1).state()));
    }

    private static List<Picture> grids(RunFolder folder) throws IOException {
        var files = files(folder, "samples", GRID);
        var chosen = new ArrayList<Picture>();
        var count = Math.min(files.size(), MOST_GRIDS);
        for (var i = 0; i < count; i++) {
            // The last one always, and the others at even distances before it.
            var file = files.get(files.size() - 1 - (int) ((long) (count - 1 - i) * files.size() / count));
            var name = GRID.matcher(file.getPath().getName());
            name.matches();
            chosen.add(new Picture("step " + String.format("%,d", Long.parseLong(name.group(1))),
                    bytes(folder.fileSystem(), file.getPath())));
        }
        return chosen;
    }

    private static List<MetricsLine> evaluations(RunFolder folder) throws IOException {
        var lines = new ArrayList<MetricsLine>();
        for (var file : files(folder, "metrics", EVALUATION)) {
            var text = new String(bytes(folder.fileSystem(), file.getPath()), StandardCharsets.UTF_8);
            for (var line : text.lines().filter(each -> !each.isBlank()).toList()) {
                JsonNode values = JSON.readTree(line);
                if (!(values instanceof ObjectNode object) || !values.path("step").canConvertToLong()) {
                    throw new IOException(file.getPath() + " has a line that is no JSON object with a step: " + line);
                }
                lines.add(new MetricsLine(values.path("step").asLong(), object));
            }
        }
        lines.sort(Comparator.comparingLong(MetricsLine::step));
        return lines;
    }

    private static List<FileStatus> files(RunFolder folder, String name, Pattern pattern) throws IOException {
        var found = new ArrayList<FileStatus>();
        try {
            for (var status : folder.fileSystem().listStatus(new Path(folder.root(), name))) {
                if (status.isFile() && pattern.matcher(status.getPath().getName()).matches()) {
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

    private static byte[] bytes(FileSystem fileSystem, Path path) throws IOException {
        try (var input = fileSystem.open(path)) {
            return input.readAllBytes();
        }
    }
}
