package org.casdm.data.shard;

import java.util.List;

/**
 * The images of one row group, in memory.
 *
 * @param ids    where they come from
 * @param labels their classes, {@link org.casdm.data.shard.DatasetDescription#NO_LABEL} for none; as long as {@code ids}
 * @param pixels count × size × size × 3 unsigned bytes, image after image, row-major, channel last; not copied
 */
public record ShardImages(List<String> ids, int[] labels, byte[] pixels) {

    /** Number of images. */
    public int count() {
        return labels.length;
    }
}
