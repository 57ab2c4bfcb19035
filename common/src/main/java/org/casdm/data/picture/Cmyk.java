package org.casdm.data.picture;

import java.awt.image.Raster;

/**
 * Four-component JPEGs to RGB in the way of Pillow's {@code convert("RGB")}: stored inverted as Adobe does, no colour
 * profile, each colour dimmed by black.
 */
final class Cmyk {
    private static final int HALF = 1 << 15;

    private Cmyk() {}

    /** @param luminance whether the raster is YCCK (luminance, chrominance, black) rather than CMYK */
    static Picture toRgb(Raster raster, boolean luminance) {
        int width = raster.getWidth();
        int height = raster.getHeight();
        byte[] samples = new byte[Math.multiplyExact(3, width * height)];
        int[] row = new int[width * 4];
        int to = 0;
        for (int y = 0; y < height; y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            for (int i = 0; i < row.length; i += 4) {
                if (luminance) {
                    fromLuminance(row, i);
                }
                int light = row[i + 3];
                for (int channel = 0; channel < 3; channel++) {
                    int ink = 255 - row[i + channel];
                    samples[to++] = (byte) Math.max(0, light - timesOver255(ink, light));
                }
            }
        }
        return new Picture(width, height, 3, samples);
    }

    /** YCCK to CMYK with libjpeg's rounding. */
    private static void fromLuminance(int[] row, int at) {
        int y = row[at];
        int blue = row[at + 1] - 128;
        int red = row[at + 2] - 128;
        row[at] = 255 - clamp(y + (fixed(1.402) * red + HALF >> 16));
        row[at + 1] = 255 - clamp(y + (-fixed(0.34414) * blue - fixed(0.71414) * red + HALF >> 16));
        row[at + 2] = 255 - clamp(y + (fixed(1.772) * blue + HALF >> 16));
    }

    private static int fixed(double value) {
        return (int) (value * 65536 + 0.5);
    }

    private static int clamp(int value) {
        return Math.max(0, Math.min(255, value));
    }

    /** a × b / 255, rounded. */
    private static int timesOver255(int a, int b) {
        int product = a * b + 128;
        return (product >> 8) + product >> 8;
    }
}
