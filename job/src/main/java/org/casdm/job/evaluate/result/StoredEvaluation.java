package org.casdm.job.evaluate.result;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.checkpoint.RunFolder;

/**
 * Numbers of a checkpoint that lie in a run folder, as {@link EvaluationCurve} writes them.
 *
 * @param file   where they lie
 * @param step   of the checkpoint
 * @param values all that was stored: see {@link EvaluationJson#object}
 */
public record StoredEvaluation(Path file, long step, ObjectNode values) {

    private static final Pattern NAME = Pattern.compile("evaluation.*\\.jsonl");
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * All that a run has, by step.
     *
     * @throws IOException naming file and line if one cannot be understood
     */
    public static List<StoredEvaluation> readAll(RunFolder folder) throws IOException {
        var evaluations = new ArrayList<StoredEvaluation>();
        for (var file : files(folder)) {
            evaluations.addAll(read(folder.fileSystem(), file));
        }
        evaluations.sort(Comparator.comparingLong(StoredEvaluation::step));
        return List.copyOf(evaluations);
    }

    private static List<Path> files(RunFolder folder) throws IOException {
        try {
            return Arrays.stream(folder.fileSystem().listStatus(new Path(folder.root(), "metrics")))
                    .filter(FileStatus::isFile)
                    .map(FileStatus::getPath)
                    .filter(path -> NAME.matcher(path.getName()).matches())
                    .sorted(Comparator.comparing(Path::getName))
                    .toList();
        } catch (FileNotFoundException e) {
            // A run without metrics.
            return List.of();
        }
    }

    static List<StoredEvaluation> read(FileSystem fileSystem, Path file) throws IOException {
        String text;
        try (var input = fileSystem.open(file)) {
            text = new String(input.readAllBytes(), StandardCharsets.UTF_8);
        }
        var evaluations = new ArrayList<StoredEvaluation>();
        for (var line : text.lines().filter(each -> !each.isBlank()).toList()) {
            evaluations.add(parse(file, line));
        }
        return evaluations;
    }

    private static StoredEvaluation parse(Path file, String line) throws IOException {
        try {
            if (JSON.readTree(line) instanceof ObjectNode values
                    && values.path("step").canConvertToLong()) {
                return new StoredEvaluation(file, values.path("step").asLong(), values);
            }
        } catch (JsonProcessingException e) {
            throw new IOException(file + " has a line that is not a JSON object with a step: " + line, e);
        }
        throw new IOException(file + " has a line that is not a JSON object with a step: " + line);
    }
}
