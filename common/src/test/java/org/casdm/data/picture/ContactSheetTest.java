package org.casdm.data.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class ContactSheetTest {
    @Test
    void laysPicturesOutRowByRowWithGaps() throws Exception {
        byte[] images = new byte[3 * 2 * 2 * 3];
        for (int i = 0; i < images.length; i++) {
            images[i] = (byte) (i + 1);
        }
        var png = new ByteArrayOutputStream();
        new ContactSheet(2, 3).write(images, 3, 2, 3, png);
        var raster = ImageIO.read(new ByteArrayInputStream(png.toByteArray())).getRaster();

        assertThat(raster.getWidth()).isEqualTo(14);
        assertThat(raster.getHeight()).isEqualTo(14);
        assertThat(raster.getPixel(0, 0, (int[]) null)).containsExactly(1, 2, 3);
        assertThat(raster.getPixel(2, 2, (int[]) null)).containsExactly(1, 2, 3);
        assertThat(raster.getPixel(3, 2, (int[]) null)).containsExactly(4, 5, 6);
        assertThat(raster.getPixel(6, 0, (int[]) null)).containsExactly(255, 255, 255);
        assertThat(raster.getPixel(8, 0, (int[]) null)).containsExactly(13, 14, 15);
        assertThat(raster.getPixel(5, 13, (int[]) null)).containsExactly(34, 35, 36);
        assertThat(raster.getPixel(8, 8, (int[]) null)).as("no fourth picture").containsExactly(255, 255, 255);
    }

    @Test
    void greyPicturesAndTooFewBytes() throws Exception {
        var png = new ByteArrayOutputStream();
        new ContactSheet(8, 1).write(new byte[] {7}, 1, 1, 1, png);
        assertThat(ImageIO.read(new ByteArrayInputStream(png.toByteArray()))
                        .getRaster()
                        .getPixel(0, 0, (int[]) null))
                .containsExactly(7, 7, 7);
        assertThatThrownBy(() -> new ContactSheet(1, 1).write(new byte[11], 1, 2, 3, png))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("11 bytes");
    }
}
