package org.casdm.job.train;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.casdm.checkpoint.CheckpointFile;
import org.casdm.checkpoint.CheckpointFiles;
import org.casdm.checkpoint.StoredCheckpoint;
import org.casdm.config.CasdmConfig;
import org.casdm.config.CasdmConfig.TimestepSampler;
import org.casdm.diffusion.LossSecondMoment;
import org.casdm.diffusion.TimestepDistribution;
import org.casdm.job.rounds.RoundResult;
import org.casdm.tensor.TensorInfo;
import org.casdm.tensor.TensorSource;

/**
 * Which timesteps the next round trains on. With {@code train.timestep-sampler = loss-second-moment} the driver keeps
 * one history of losses for all workers and takes in a round's losses after it, step by step and of each step worker by
 * worker: so it depends on neither executors nor retries, and goes with the checkpoint.
 */
final class TimestepLosses {

    private static final String LOSSES = "losses";
    private static final String COUNTS = "counts";

    private final int steps;
    private final long seed;
    private final Optional<LossSecondMoment> history;

    TimestepLosses(CasdmConfig config) {
        steps = config.diffusion().steps();
        seed = config.run().seed();
        history = config.train().timestepSampler() == TimestepSampler.LOSS_SECOND_MOMENT
                ? Optional.of(new LossSecondMoment(steps))
                : Optional.empty();
    }

    /** Of the next round. */
    TimestepDistribution distribution() {
        return history.map(LossSecondMoment::distribution).orElseGet(() -> TimestepDistribution.uniform(steps));
    }

    /** Takes in the losses of a round. */
    void add(RoundResult round, TrainingBatches batches) {
        history.ifPresent(moment -> {
            for (int i = 0; i < round.steps(); i++) {
                for (var worker : round.workers()) {
                    var step = worker.steps().get(i);
                    if (!step.skipped()) {
                        double[] losses = step.losses();
                        int[] timesteps = batches.timesteps(seed, step.step(), worker.workerIndex(), losses.length);
                        for (int image = 0; image < losses.length; image++) {
                            moment.add(timesteps[image], losses[image]);
                        }
                    }
                }
            }
        });
    }

    /** What a checkpoint keeps; empty where timesteps are uniform. */
    Optional<CheckpointFile> file(Map<String, String> metadata) {
        return history.map(moment -> new CheckpointFile(
                CheckpointFiles.TIMESTEPS,
                metadata,
                List.of(
                        TensorSource.of(TensorInfo.float32(LOSSES, steps, LossSecondMoment.HISTORY), moment.losses()),
                        TensorSource.of(TensorInfo.float32(COUNTS, steps), moment.counts()))));
    }

    /** Goes on from a checkpoint; from one that was trained uniformly, without losses. */
    void load(StoredCheckpoint checkpoint) throws IOException {
        if (history.isEmpty() || !checkpoint.files().containsKey(CheckpointFiles.TIMESTEPS)) {
            return;
        }
        var losses = FloatBuffer.allocate(steps * LossSecondMoment.HISTORY);
        var counts = FloatBuffer.allocate(steps);
        checkpoint.read(CheckpointFiles.TIMESTEPS, info -> switch (info.name()) {
            case LOSSES -> losses::put;
            case COUNTS -> counts::put;
            default -> null;
        });
        history.get().restore(losses.array(), counts.array());
    }
}
