package org.casdm.data;

import java.io.Serializable;
import org.casdm.random.CounterRandom;

/**
 * Which images are mirrored: half of them, decided only by seed and position, so differently in every epoch and equally in a
 * resumed run.
 *
 * @param seed decides all
 */
public record RandomFlip(long seed) implements Serializable {
    /** Keeps the choice apart from the order of images, which may have the same seed. */
    private static final long PURPOSE = 0x666c6970L;

    /** Whether the image visited at this position is mirrored left to right. */
    public boolean mirrors(long globalPosition) {
        return CounterRandom.hash(CounterRandom.hash(seed, PURPOSE), globalPosition) < 0;
    }
}
