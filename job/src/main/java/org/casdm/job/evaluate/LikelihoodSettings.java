package org.casdm.job.evaluate;

import java.util.Optional;
import java.util.OptionalLong;
import org.casdm.engine.EngineRequest;

/**
 * Of which images, and by which checkpoints of a run, the likelihood is bounded.
 *
 * @param run       the run's folder
 * @param images    a set of images, as {@code casdm evaluate} reads it
 * @param count     the first so many of them; empty for all
 * @param batch     images that the networks see at once
 * @param ema       a moving average's rate, or "none"; empty: the run's own choice
 * @param respacing timesteps of the process; empty for all
 * @param seed      of the noise
 * @param cache     folder for pictures that are prepared on the way; empty for the usual place
 * @param engine    what is to compute
 */
public record LikelihoodSettings(
        String run,
        String images,
        OptionalLong count,
        int batch,
        Optional<String> ema,
        Optional<String> respacing,
        long seed,
        Optional<String> cache,
        EngineRequest engine) {

    /** @throws IllegalArgumentException if a number is out of range; the message is for the user */
    public LikelihoodSettings {
        if (batch < 1) {
            throw new IllegalArgumentException("--batch is at least 1, not " + batch);
        }
        if (count.isPresent() && count.getAsLong() < 1) {
            throw new IllegalArgumentException("--count is at least 1, not " + count.getAsLong());
        }
    }
}
