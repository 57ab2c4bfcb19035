package org.casdm.data.picture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class DrawnImagesTest {
    @Test
    void picturesDifferAndAreTheSameEverywhere() {
        var drawn = new DrawnImages(1, 32);
        var seen = new HashSet<String>();
        var checksum = new CRC32();
        for (int i = 0; i < 50; i++) {
            byte[] pixels = drawn.pixels(i);
            assertThat(pixels).hasSize(3072).isEqualTo(drawn.pixels(i));
            seen.add(Arrays.toString(pixels));
            checksum.update(pixels);
        }
        assertThat(seen).hasSize(50);
        assertThat(checksum.getValue()).isEqualTo(EXPECTED);
        assertThat(new DrawnImages(2, 32).pixels(0)).isNotEqualTo(drawn.pixels(0));
    }

    private static final long EXPECTED = 3_304_271_661L;

    @Test
    void shapeContrastsWithTheBackground() {
        var drawn = new DrawnImages(1, 64);
        for (int i = 0; i < 3; i++) {
            assertThat(drawn.shape(i)).isEqualTo(DrawnImages.Shape.values()[i]);
            byte[] pixels = drawn.pixels(i);
            int steepest = 0;
            for (int at = 3; at < pixels.length; at++) {
                if (at % (64 * 3) >= 3) {
                    steepest = Math.max(steepest, Math.abs((pixels[at] & 0xff) - (pixels[at - 3] & 0xff)));
                }
            }
            // The gradient alone changes by at most 4 levels from pixel to pixel.
            assertThat(steepest).isGreaterThan(20);
        }
    }
}
