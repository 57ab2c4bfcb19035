package org.casdm.job.evaluate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.casdm.tensor.npy.NpyHeader;
import org.casdm.tensor.npy.NpyType;
import org.casdm.tensor.npy.NpzWriter;

/** Batches of images in files. */
final class TestImages {

    static final int SIZE = 4;

    private TestImages() {}

    /** Random pixels, in an {@code .npz} file. */
    static String npz(Path file, int count, int size, long seed) throws IOException {
        var pixels = new byte[count * size * size * 3];
        var random = new Random(seed);
        for (int i = 0; i < pixels.length; i++) {
            // Sets of different seeds differ in distribution.
            pixels[i] = (byte) (1 + random.nextInt(200) + seed % 5 * 10);
        }
        try (var writer = new NpzWriter(file.toString(), Files.newOutputStream(file))) {
            writer.write(
                    "arr_0",
                    NpyHeader.of(NpyType.UINT8, count, size, size, 3),
                    sink -> sink.accept(pixels, 0, pixels.length));
        }
        return file.toString();
    }
}
