package org.casdm.job.promote;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import org.casdm.job.JobFailure;
import org.casdm.job.evaluate.result.StoredEvaluation;

/**
 * A checkpoint's Fréchet distance.
 *
 * @param step       of the checkpoint
 * @param fid        finite
 * @param conditions that it was measured under
 */
record Judgement(long step, double fid, Conditions conditions) {

    private static final String FID = "/metrics/fid";

    /**
     * Takes the distance out of what was stored; empty if that has none.
     *
     * @throws JobFailure if it is no number, or not told how it was measured
     */
    static Optional<Judgement> of(StoredEvaluation evaluation) {
        var values = evaluation.values();
        var fid = values.at(FID);
        if (fid.isMissingNode()) {
            return Optional.empty();
        }
        if (!fid.isNumber() || !Double.isFinite(fid.asDouble())) {
            throw new JobFailure(evaluation.file() + ": the FID is " + fid + ", which is not comparable. "
                    + "Move the file away and evaluate the checkpoint again");
        }
        try {
            return Optional.of(new Judgement(
                    evaluation.step(),
                    fid.asDouble(),
                    new Conditions(
                            text(values, "/labels/fid"),
                            evaluation.file().toString(),
                            text(values, "/time"),
                            text(values, "/samples/location"),
                            values.at("/samples/images").asLong(),
                            text(values, "/reference/location"),
                            text(values, "/features/name") + ", " + text(values, "/features/variant"),
                            values.at("/features/sha256").asText(text(values, "/features/weights")),
                            values.path("comparable").asBoolean())));
        } catch (IllegalArgumentException e) {
            throw new JobFailure(
                    evaluation.file() + " is not an evaluation that casdm evaluate has written: " + e.getMessage(), e);
        }
    }

    private static String text(JsonNode values, String pointer) {
        return values.at(pointer).asText("");
    }
}
