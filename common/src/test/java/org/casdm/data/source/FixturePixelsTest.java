package org.casdm.data.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.casdm.data.picture.ImageTransform;
import org.casdm.tensor.SeekableInput;
import org.casdm.tensor.npy.NpzFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every good picture of the fixtures, transformed to 32 pixels, beside what Pillow 13.0.0 (libjpeg-turbo 3.2.0,
 * libwebp 1.6.0) makes of it with {@code convert("RGB")} and improved-diffusion's lines: {@code sources/*_pillow.npz},
 * and the ids in {@code *_pillow.json}.
 */
class FixturePixelsTest {
    private static final int SIZE = 32;

    @TempDir
    private Path folder;

    @Test
    void imageNetsGreyCmykMisnamedAndRotatedPicturesEqualPillows() throws Exception {
        Path tar = SourceFixtures.copy("ILSVRC2012_img_train_mini.tar", folder);
        compare(tar, "imagenet_pillow");
    }

    @Test
    void lsunsLossyPicturesEqualPillows() throws Exception {
        Path database = Files.createDirectory(folder.resolve("bedroom_train_lmdb"));
        SourceFixtures.copy("bedroom_train_lmdb/data.mdb", database);
        compare(database, "lsun_pillow");
    }

    private void compare(Path location, String golden) throws Exception {
        List<SourceRecord> records =
                new SourceReading(SourceLimits.DEFAULT, folder.resolve("scratch")).records(location, SourceFormat.AUTO);
        List<String> ids;
        byte[] content;
        try (var names = getClass().getResourceAsStream("/sources/" + golden + ".json");
                var file = getClass().getResourceAsStream("/sources/" + golden + ".npz")) {
            ids = List.of(new ObjectMapper().readValue(names, String[].class));
            content = file.readAllBytes();
        }
        var transform = new ImageTransform(SIZE);
        try (var npz = new NpzFile(SeekableInput.of(golden, content))) {
            var pixels = npz.array("pixels");
            assertThat(pixels.header().shape()).containsExactly((long) ids.size(), 32L, 32L, 3L);
            for (String id : ids) {
                byte[] expected = new byte[transform.byteCount()];
                pixels.read(expected, 0, expected.length);
                var image = (RawImage) SourceReading.byId(records, id).orElseThrow();
                byte[] actual = transform.apply(image.picture(SourceLimits.DEFAULT.decoder()));
                requireClose(id, actual, expected);
            }
        }
    }

    private static void requireClose(String id, byte[] actual, byte[] expected) {
        int largest = 0;
        long sum = 0;
        for (int i = 0; i < actual.length; i++) {
            int distance = Math.abs((actual[i] & 0xff) - (expected[i] & 0xff));
            largest = Math.max(largest, distance);
            sum += distance;
        }
        // The bound that is promised. Decoded pictures are equal; the order of rows and columns differs for some.
        assertThat(largest).as(id).isLessThanOrEqualTo(2);
        assertThat((double) sum / actual.length).as(id).isLessThanOrEqualTo(0.5);
    }
}
