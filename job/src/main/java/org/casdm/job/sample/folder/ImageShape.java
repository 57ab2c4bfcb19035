package org.casdm.job.sample.folder;

import java.io.Serializable;

/**
 * The images as the model makes them, and as they are stored: always in colour.
 *
 * @param size width and height in pixels
 * @param channels of the model, 1 or 3
 */
public record ImageShape(int size, int channels) implements Serializable {

    /** Channels of a stored image. */
    static final int STORED_CHANNELS = 3;

    /** Bytes of a stored image. */
    public int storedBytes() {
        return size * size * STORED_CHANNELS;
    }

    /** Images as they are stored; grey ones get three equal channels. */
    public byte[] stored(byte[] images) {
        if (channels == STORED_CHANNELS) {
            return images;
        }
        var stored = new byte[Math.multiplyExact(images.length, STORED_CHANNELS)];
        for (int i = 0; i < stored.length; i++) {
            stored[i] = images[i / STORED_CHANNELS];
        }
        return stored;
    }
}
