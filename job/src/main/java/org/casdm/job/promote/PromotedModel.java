package org.casdm.job.promote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.job.JobFailure;
import org.casdm.storage.AtomicFile;

/**
 * The pointer file: which checkpoint is to be used.
 *
 * @param checkpoint its folder
 * @param run        the folder of its run
 * @param step       of the run
 * @param fid        of the images drawn from it
 * @param promoted   when it was chosen, in UTC, ISO 8601
 * @param evaluation where {@code fid} comes from
 * @param previous   what was chosen before; null if nothing was
 */
record PromotedModel(
        String checkpoint,
        String run,
        long step,
        double fid,
        String promoted,
        Conditions evaluation,
        Previous previous) {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    /** What was promoted before: enough to go back to it. */
    record Previous(String checkpoint, double fid, String promoted) {}

    /** @throws IllegalArgumentException if something is missing */
    PromotedModel {
        if (checkpoint == null || run == null || promoted == null || evaluation == null) {
            throw new IllegalArgumentException("checkpoint, run, promoted or evaluation is missing");
        }
    }

    /**
     * Reads a pointer file; empty if there is none.
     *
     * @throws JobFailure if it is not what {@link #write} writes
     */
    static Optional<PromotedModel> read(FileSystem fileSystem, Path file) throws IOException {
        String text;
        try (var input = fileSystem.open(file)) {
            text = new String(input.readAllBytes(), StandardCharsets.UTF_8);
        } catch (FileNotFoundException e) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readValue(text, PromotedModel.class));
        } catch (JsonProcessingException e) {
            throw new JobFailure(
                    file + " was not written by casdm promote (" + e.getOriginalMessage()
                            + "). Give another --to, or move it away to start again",
                    e);
        }
    }

    /** Writes it, over one that is there: readers find the old one or the new one, whole. */
    void write(FileSystem fileSystem, Path file) throws IOException {
        var text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n";
        AtomicFile.write(fileSystem, file, text.getBytes(StandardCharsets.UTF_8));
    }

    /** As it becomes the one before. */
    Previous asPrevious() {
        return new Previous(checkpoint, fid, promoted);
    }

    @Override
    public String toString() {
        return "step " + step + " of " + run + ", promoted " + promoted;
    }
}
