package org.casdm.data.picture;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Lays square pictures out in a grid to be looked at, row by row, with gaps of two pixels.
 *
 * @param columns pictures in a row, at least 1
 * @param scale   each pixel becomes scale × scale pixels, 1 to 64
 */
public record ContactSheet(int columns, int scale) {
    /** Pixels between two pictures. */
    public static final int GAP = 2;

    private static final byte GAP_SHADE = (byte) 255;

    /** @throws IllegalArgumentException when a number is out of range */
    public ContactSheet {
        if (columns < 1 || scale < 1 || scale > 64) {
            throw new IllegalArgumentException(
                    "a contact sheet has at least one column and a scale of 1 to 64, not " + columns + " and " + scale);
        }
    }

    /**
     * Writes the sheet as PNG.
     *
     * @param images      count × size × size × channels unsigned bytes, channel last
     * @param count       pictures, at least 1; the last row may remain unfilled
     * @param size        width and height of each
     * @param channels    1 or 3
     * @param destination flushed and left open
     * @throws IOException when the destination fails
     */
    public void write(byte[] images, int count, int size, int channels, OutputStream destination) throws IOException {
        if (count < 1 || channels != 1 && channels != 3 || images.length < (long) count * size * size * channels) {
            throw new IllegalArgumentException(images.length + " bytes are not " + count + " pictures of " + size
                    + " x " + size + " x " + channels);
        }
        int across = Math.min(columns, count);
        int down = (count + columns - 1) / columns;
        int cell = size * scale;
        int width = Math.multiplyExact(across, cell + GAP) - GAP;
        int height = Math.multiplyExact(down, cell + GAP) - GAP;
        byte[] sheet = new byte[Math.multiplyExact(Math.multiplyExact(width, height), 3)];
        Arrays.fill(sheet, GAP_SHADE);
        for (int image = 0; image < count; image++) {
            int left = image % columns * (cell + GAP);
            int top = image / columns * (cell + GAP);
            for (int y = 0; y < cell; y++) {
                int to = ((top + y) * width + left) * 3;
                int row = (image * size + y / scale) * size;
                for (int x = 0; x < cell; x++) {
                    int from = (row + x / scale) * channels;
                    for (int channel = 0; channel < 3; channel++) {
                        sheet[to++] = images[from + channel % channels];
                    }
                }
            }
        }
        PngWriter.write(sheet, width, height, destination);
    }
}
