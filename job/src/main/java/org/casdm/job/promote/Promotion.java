package org.casdm.job.promote;

import java.io.IOException;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.hadoop.conf.Configuration;
import org.casdm.checkpoint.CorruptCheckpointException;
import org.casdm.checkpoint.RunFolder;
import org.casdm.checkpoint.StoredCheckpoint;
import org.casdm.job.JobFailure;
import org.casdm.job.evaluate.result.StoredEvaluation;
import org.casdm.storage.Storage;

/**
 * Moves the pointer to the checkpoint that is to be used. One process moves a pointer at a time: it is read, compared
 * and written.
 */
public final class Promotion {

    private final Gate gate;
    private final Configuration hadoop;
    private final InstantSource clock;

    /** @param gate who may pass */
    public Promotion(Gate gate, Configuration hadoop) {
        this(gate, hadoop, InstantSource.system());
    }

    Promotion(Gate gate, Configuration hadoop, InstantSource clock) {
        this.gate = gate;
        this.hadoop = hadoop;
        this.clock = clock;
    }

    /**
     * What has come of it.
     *
     * @param promoted whether the pointer now names the checkpoint
     * @param reason   why, for people
     * @param step     of the checkpoint
     */
    public record Result(boolean promoted, String reason, long step) {}

    private record Candidate(RunFolder folder, StoredCheckpoint checkpoint, Judgement judgement) {}

    /**
     * Promotes a checkpoint, if the gate lets it pass. Promoting what is promoted changes nothing.
     *
     * @param run     folder of the run, with the evaluation of the checkpoint in its {@code metrics/}
     * @param step    of the checkpoint; if empty, the newest that has been judged
     * @param pointer the file to write
     * @throws JobFailure if there is no such checkpoint, no distance of it, or none that compares
     */
    public Result promote(String run, OptionalLong step, String pointer) throws IOException {
        var file = Storage.path(pointer);
        var files = Storage.fileSystem(file, hadoop);
        var candidate = candidate(RunFolder.at(run, hadoop), step);
        var folder = candidate.checkpoint().folder().toString();
        var before = PromotedModel.read(files, file);
        if (before.isPresent() && before.get().checkpoint().equals(folder)) {
            return new Result(
                    true,
                    "it has been promoted since " + before.get().promoted(),
                    before.get().step());
        }
        var judgement = candidate.judgement();
        var verdict = gate.judge(judgement, before);
        if (verdict.passes()) {
            new PromotedModel(
                            folder,
                            candidate.folder().root().toString(),
                            candidate.checkpoint().step(),
                            judgement.fid(),
                            clock.instant().truncatedTo(ChronoUnit.SECONDS).toString(),
                            judgement.conditions(),
                            before.map(PromotedModel::asPrevious).orElse(null))
                    .write(files, file);
        }
        return new Result(
                verdict.passes(), verdict.reason(), candidate.checkpoint().step());
    }

    /** The checkpoint, with the distance that was measured last. */
    private static Candidate candidate(RunFolder folder, OptionalLong step) throws IOException {
        var judgement = StoredEvaluation.readAll(folder).stream()
                .filter(evaluation -> step.isEmpty() || evaluation.step() == step.getAsLong())
                .map(Judgement::of)
                .flatMap(Optional::stream)
                .max(Comparator.comparingLong(Judgement::step)
                        .thenComparing(judged -> judged.conditions().time()))
                .orElseThrow(() -> new JobFailure(folder.root() + " has no FID of "
                        + (step.isPresent() ? "step " + step.getAsLong() : "any step")
                        + " in its metrics/. Evaluate the checkpoint first: casdm evaluate --run " + folder.root()
                        + " ..."));
        try {
            return new Candidate(folder, folder.checkpoints().open(judgement.step()), judgement);
        } catch (CorruptCheckpointException e) {
            throw new JobFailure(
                    "Step " + judgement.step() + " was evaluated, but it cannot be promoted: " + e.getMessage(), e);
        }
    }
}
