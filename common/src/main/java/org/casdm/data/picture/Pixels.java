package org.casdm.data.picture;

import java.nio.FloatBuffer;
import java.util.Objects;

/**
 * Between unsigned bytes and the floats that networks see, in improved-diffusion's arithmetic (single precision):
 * {@code x / 127.5 - 1} one way; {@code (x + 1) * 127.5}, clamped to 0..255 and truncated, the other. As there, a value
 * that goes both ways may come back one lower: rounding is towards zero.
 */
public final class Pixels {
    private Pixels() {}

    /** One sample, 0 to 255, as a float in [-1, 1]. */
    public static float toFloat(byte sample) {
        return (sample & 0xff) / 127.5f - 1f;
    }

    /** A float as one sample. Values outside [-1, 1] are clamped; NaN becomes 0. */
    public static byte toByte(float value) {
        float scaled = (value + 1f) * 127.5f;
        return (byte) (int) Math.max(0f, Math.min(255f, scaled));
    }

    /**
     * Converts samples in their order.
     *
     * @param samples     unsigned bytes
     * @param from        the first to convert
     * @param count       how many
     * @param destination takes count floats in [-1, 1] at its position, which moves on
     */
    public static void toFloats(byte[] samples, int from, int count, FloatBuffer destination) {
        Objects.checkFromIndexSize(from, count, samples.length);
        for (int i = from; i < from + count; i++) {
            destination.put(toFloat(samples[i]));
        }
    }

    /** Converts samples in their order, into part of an array. */
    public static void toFloats(byte[] samples, int from, int count, float[] destination, int offset) {
        toFloats(samples, from, count, FloatBuffer.wrap(destination, offset, count));
    }

    /**
     * Luma as Pillow's {@code convert("L")} rounds it.
     *
     * @param colours area × 3 unsigned bytes, whose first {@code area} become the luma
     */
    public static void luma(byte[] colours, int area) {
        for (int i = 0; i < area; i++) {
            int luma = (colours[3 * i] & 0xff) * 19595
                            + (colours[3 * i + 1] & 0xff) * 38470
                            + (colours[3 * i + 2] & 0xff) * 7471
                            + 0x8000
                    >> 16;
            colours[i] = (byte) luma;
        }
    }

    /**
     * Converts floats in their order.
     *
     * @param source      values in [-1, 1], read from its position, which moves on
     * @param destination takes unsigned bytes
     * @param offset      where to begin
     * @param count       how many
     */
    public static void toBytes(FloatBuffer source, byte[] destination, int offset, int count) {
        Objects.checkFromIndexSize(offset, count, destination.length);
        for (int i = offset; i < offset + count; i++) {
            destination[i] = toByte(source.get());
        }
    }

    /**
     * Mirrors a picture left to right, in place.
     *
     * @param samples  height × width × channels bytes from {@code offset} on
     * @param offset   where the picture begins
     * @param height   rows
     * @param width    columns
     * @param channels channels
     */
    public static void mirror(byte[] samples, int offset, int height, int width, int channels) {
        Objects.checkFromIndexSize(offset, height * width * channels, samples.length);
        for (int row = 0; row < height; row++) {
            int left = offset + row * width * channels;
            int right = left + (width - 1) * channels;
            for (; left < right; left += channels, right -= channels) {
                for (int channel = 0; channel < channels; channel++) {
                    byte kept = samples[left + channel];
                    samples[left + channel] = samples[right + channel];
                    samples[right + channel] = kept;
                }
            }
        }
    }
}
