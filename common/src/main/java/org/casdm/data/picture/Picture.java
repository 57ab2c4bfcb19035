package org.casdm.data.picture;

/**
 * A decoded picture.
 *
 * @param width    columns, at least 1
 * @param height   rows, at least 1
 * @param channels 1 (grey) or 3 (red, green, blue)
 * @param samples  height × width × channels unsigned bytes, row-major, channel last; not copied, so not to be changed
 */
public record Picture(int width, int height, int channels, byte[] samples) {
    /** @throws IllegalArgumentException when the sizes do not fit the samples */
    public Picture {
        if (width < 1 || height < 1 || channels != 1 && channels != 3) {
            throw new IllegalArgumentException(
                    "no such picture: " + width + " x " + height + ", " + channels + " channels");
        }
        if (samples.length != (long) width * height * channels) {
            throw new IllegalArgumentException(
                    samples.length + " samples for a picture of " + height + " x " + width + " x " + channels);
        }
    }

    /**
     * A square coloured picture of samples that are stored channel by channel.
     *
     * @param side   width and height
     * @param planes has 3 × side × side samples
     * @param start  of the first
     */
    public static Picture ofPlanes(int side, byte[] planes, int start) {
        int area = side * side;
        byte[] samples = new byte[3 * area];
        for (int i = 0; i < area; i++) {
            for (int channel = 0; channel < 3; channel++) {
                samples[3 * i + channel] = planes[start + channel * area + i];
            }
        }
        return new Picture(side, side, 3, samples);
    }

    /** The shorter side in pixels. */
    public int shortSide() {
        return Math.min(width, height);
    }
}
