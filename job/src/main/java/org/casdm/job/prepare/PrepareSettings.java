package org.casdm.job.prepare;

import java.util.OptionalInt;
import org.casdm.data.source.SourceFormat;
import org.casdm.data.source.SourceLimits;
import org.casdm.data.source.label.LabelRule;

/**
 * What is to be prepared, and how.
 *
 * @param source             where the pictures are: a URI
 * @param format             how they are stored there
 * @param labels             where their classes come from
 * @param out                the data folder to be written: a URI
 * @param size               width and height of the training images in pixels, 1 to 4096
 * @param seed               decides the order of images, and so which shard has which
 * @param heldOutFraction    share of images that is put aside into a data set of its own, 0 to below 1
 * @param imagesPerShard     about how many images a shard gets; empty for about 128 MiB of pixels
 * @param maximumBadFraction share of pictures that may be unusable, 0 to 1
 * @param limits             what the source may ask for
 */
public record PrepareSettings(
        String source,
        SourceFormat format,
        LabelRule labels,
        String out,
        int size,
        long seed,
        double heldOutFraction,
        OptionalInt imagesPerShard,
        double maximumBadFraction,
        SourceLimits limits) {

    private static final int SHARD_BYTES = 128 << 20;
    private static final int CHANNELS = 3;

    /** @throws IllegalArgumentException naming what is out of range */
    public PrepareSettings {
        if (size < 1 || size > 4096) {
            throw new IllegalArgumentException("the size has to be 1 to 4096 pixels, not " + size);
        }
        if (!(heldOutFraction >= 0 && heldOutFraction < 1)) {
            throw new IllegalArgumentException("the held-out fraction has to be 0 to below 1, not " + heldOutFraction);
        }
        if (imagesPerShard.isPresent() && imagesPerShard.getAsInt() < 1) {
            throw new IllegalArgumentException("a shard has at least 1 image, not " + imagesPerShard.getAsInt());
        }
        if (!(maximumBadFraction >= 0 && maximumBadFraction <= 1)) {
            throw new IllegalArgumentException("the bad fraction has to be 0 to 1, not " + maximumBadFraction);
        }
    }

    /** About how many images a shard gets. */
    int shardImages() {
        return imagesPerShard.orElse(Math.max(1, SHARD_BYTES / (size * size * CHANNELS)));
    }
}
