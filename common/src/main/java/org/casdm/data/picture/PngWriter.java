package org.casdm.data.picture;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes RGB pictures as PNG, without temporary files. */
public final class PngWriter {
    private PngWriter() {}

    /** @param samples height × width × 3 unsigned bytes; the stream is flushed and left open */
    public static void write(byte[] samples, int width, int height, OutputStream destination) throws IOException {
        var image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        int[] row = new int[width * 3];
        for (int y = 0; y < height; y++) {
            for (int i = 0; i < row.length; i++) {
                row[i] = samples[y * row.length + i] & 0xff;
            }
            image.getRaster().setPixels(0, y, width, 1, row);
        }
        Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName("png");
        ImageWriter writer = writers.next();
        try (var output = new MemoryCacheImageOutputStream(destination)) {
            writer.setOutput(output);
            writer.write(image);
        } finally {
            writer.dispose();
        }
        destination.flush();
    }
}
