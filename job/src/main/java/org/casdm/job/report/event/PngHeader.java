package org.casdm.job.report.event;

import java.nio.ByteBuffer;

/**
 * What the head of a PNG file says.
 *
 * @param width    in pixels
 * @param height   in pixels
 * @param channels 1 (grey), 2 (grey and transparency), 3 (colours) or 4 (colours and transparency)
 */
record PngHeader(int width, int height, int channels) {

    private static final long SIGNATURE = 0x89504e470d0a1a0aL;
    /** Signature, length and name of the first chunk, and of its content width, height, bit depth and colour type. */
    private static final int LENGTH = 26;

    /** @throws IllegalArgumentException if the bytes are no PNG file */
    static PngHeader of(byte[] png) {
        if (png.length < LENGTH || ByteBuffer.wrap(png).getLong() != SIGNATURE) {
            throw new IllegalArgumentException("no PNG file");
        }
        var header = ByteBuffer.wrap(png, 16, 10);
        int width = header.getInt();
        int height = header.getInt();
        header.get();
        int channels = switch (header.get()) {
            case 0 -> 1;
            case 4 -> 2;
            case 2, 3 -> 3;
            case 6 -> 4;
            default -> throw new IllegalArgumentException("no PNG file: its colour type is unknown");
        };
        return new PngHeader(width, height, channels);
    }
}
