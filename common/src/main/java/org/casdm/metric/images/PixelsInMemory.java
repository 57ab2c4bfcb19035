package org.casdm.metric.images;

import org.casdm.data.shard.ShardImages;

/** Images that have been read already. */
final class PixelsInMemory implements ImageStream {

    private final byte[] pixels;
    private final int[] labels;
    private final int imageBytes;
    private final int end;
    private int position;

    /** Images {@code first} to {@code first + images}. */
    PixelsInMemory(ShardImages all, int size, int first, int images) {
        pixels = all.pixels();
        labels = all.labels();
        imageBytes = size * size * 3;
        position = first * imageBytes;
        end = position + images * imageBytes;
    }

    @Override
    public boolean read(byte[] destination, int offset) {
        if (position == end) {
            return false;
        }
        System.arraycopy(pixels, position, destination, offset, imageBytes);
        position += imageBytes;
        return true;
    }

    @Override
    public int label() {
        return labels[position / imageBytes - 1];
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
