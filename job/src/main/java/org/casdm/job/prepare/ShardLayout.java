package org.casdm.job.prepare;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.casdm.random.CounterRandom;
import org.casdm.tensor.Sha256;

/**
 * Which image goes where. Everything follows from the SHA-256 of its id: the first 8 bytes say whether it is held out,
 * whatever the seed; the next 8, mixed with the seed, its place among all images, and so its shard and its place there.
 *
 * @param seed            decides the order
 * @param heldOutFraction share of images held out
 * @param trainShards     shards for training, at least 1
 * @param heldOutShards   shards of held-out images, 0 if there are none
 */
record ShardLayout(long seed, double heldOutFraction, int trainShards, int heldOutShards) implements Serializable {

    private static final int PARTITION_BYTES = Integer.BYTES;
    private static final int PREFIX_BYTES = PARTITION_BYTES + Long.BYTES;
    private static final double TWO_TO_MINUS_53 = 0x1p-53;

    /** For about so many images. */
    static ShardLayout of(PrepareSettings settings, long estimatedImages) {
        double fraction = settings.heldOutFraction();
        return new ShardLayout(
                settings.seed(),
                fraction,
                shards(estimatedImages * (1 - fraction), settings.shardImages()),
                fraction == 0 ? 0 : shards(estimatedImages * fraction, settings.shardImages()));
    }

    private static int shards(double images, int imagesPerShard) {
        return Math.max(1, (int) Math.min(Integer.MAX_VALUE / 4, Math.round(images / imagesPerShard)));
    }

    /** Shards of both splits: one Spark partition each, those for training first. */
    int partitions() {
        return trainShards + heldOutShards;
    }

    boolean isHeldOut(int partition) {
        return partition >= trainShards;
    }

    /** The shard's number in its split. */
    int number(int partition) {
        return isHeldOut(partition) ? partition - trainShards : partition;
    }

    /**
     * The key of an image, which as unsigned bytes sorts by partition (4 bytes), place (8 bytes), id.
     */
    byte[] key(String id) {
        byte[] name = id.getBytes(StandardCharsets.UTF_8);
        var hash = ByteBuffer.wrap(Sha256.newDigest().digest(name));
        boolean heldOut = (hash.getLong() >>> 11) * TWO_TO_MINUS_53 < heldOutFraction;
        long place = CounterRandom.bits(CounterRandom.key(seed), hash.getLong());
        // The place as a fraction of 2^64, times the number of shards.
        int shard = (int) Math.multiplyHigh(place >>> 1, 2L * (heldOut ? heldOutShards : trainShards));
        return ByteBuffer.allocate(PREFIX_BYTES + name.length)
                .putInt(heldOut ? trainShards + shard : shard)
                .putLong(place)
                .put(name)
                .array();
    }

    /** The partition that a key belongs to. */
    static int partition(byte[] key) {
        return ByteBuffer.wrap(key).getInt();
    }

    /** The id that a key was made of. */
    static String id(byte[] key) {
        return new String(key, PREFIX_BYTES, key.length - PREFIX_BYTES, StandardCharsets.UTF_8);
    }
}
