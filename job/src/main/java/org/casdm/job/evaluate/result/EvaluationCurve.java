package org.casdm.job.evaluate.result;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import org.apache.hadoop.fs.Path;
import org.casdm.checkpoint.RunFolder;
import org.casdm.checkpoint.StepName;
import org.casdm.storage.AtomicFile;
import org.casdm.tensor.Sha256;

/**
 * Metrics against training steps, in the run folder: {@code metrics/evaluation-<step>-<conditions>.jsonl} holds a line
 * for each time that a checkpoint was judged under certain conditions (features, reference, samples). Object stores
 * cannot append, so each line is a file.
 */
public final class EvaluationCurve {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int HASH_LENGTH = 10;

    private final RunFolder folder;
    private final SortedMap<String, String> conditions;
    private final String hash;

    /**
     * @param conditions all that a line depends on besides the checkpoint, by name: lines of equal conditions make a
     *                   curve
     */
    public EvaluationCurve(RunFolder folder, SortedMap<String, String> conditions) {
        this.folder = folder;
        this.conditions = conditions;
        hash = hash(conditions);
    }

    private static String hash(Map<String, String> conditions) {
        var digest = Sha256.newDigest();
        digest.update(conditions.toString().getBytes(StandardCharsets.UTF_8));
        return Sha256.hex(digest).substring(0, HASH_LENGTH);
    }

    /** Where the line of a step is, or will be. */
    public Path path(long step) {
        return new Path(folder.root(), "metrics/evaluation-" + StepName.of(step) + "-" + hash + ".jsonl");
    }

    /** Whether a step has been judged under these conditions. */
    public boolean has(long step) throws IOException {
        return folder.fileSystem().exists(path(step));
    }

    /** What is stored of a step. */
    public ObjectNode read(long step) throws IOException {
        return StoredEvaluation.read(folder.fileSystem(), path(step)).stream()
                .findFirst()
                .orElseThrow(() -> new IOException(path(step) + " is empty; remove it to evaluate the step again"))
                .values();
    }

    /** Stores a step's numbers. */
    public void write(long step, Evaluation evaluation, String sparkVersion) throws IOException {
        ObjectNode line = EvaluationJson.object(evaluation, sparkVersion);
        line.set("conditions", JSON.valueToTree(conditions));
        line.put("curve", hash);
        AtomicFile.write(
                folder.fileSystem(),
                path(step),
                (JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
