package org.casdm.data.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.casdm.data.BadImageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The pictures in {@code pictures/decode} were drawn with NumPy and written by Pillow 13.0.0 ({@code ycck.jpg}: the CMYK
 * file with another transform flag; {@code rgb16.png}: written by hand); {@code pictures/decode/expected} holds
 * Pillow's {@code convert("RGB")} of each ({@code grey16.png}: NumPy's {@code rint(x / 257)}). The files called profile
 * carry an ICC profile with red and blue exchanged, {@code rotated.jpg} an EXIF orientation.
 */
class ImageDecoderTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "rgb.jpg",
                "progressive.jpg",
                "grey.jpg",
                "cmyk.jpg",
                "ycck.jpg",
                "rotated.jpg",
                "profile.jpg",
                "rgb.png",
                "profile.png",
                "palette.png",
                "palette2.png",
                "alpha.png",
                "grey.png",
                "greyalpha.png",
                "bilevel.png",
                "transparent.png",
                "grey16.png",
                "rgb.bmp",
                "palette.bmp",
                "grey.bmp",
                "bilevel.bmp",
                "first.gif",
                "transparent.gif",
                "lossless.webp",
                "lossy.webp",
                "alpha.webp",
                "odd.webp",
                "animated.webp",
                "s444.jpg",
                "s422.jpg",
                "s420.jpg"
            })
    void equalsPillow(String name) throws Exception {
        assertThat(difference(name).largest()).isZero();
    }

    @Test
    void sixteenBitColourIsRoundedWherePillowTruncates() throws Exception {
        assertThat(difference("rgb16.png").largest()).isEqualTo(1);
    }

    private static TestPictures.Difference difference(String name) throws Exception {
        Picture actual = TestPictures.decode("decode/" + name);
        Picture expected = TestPictures.decode("decode/expected/" + name + ".png");
        assertThat(actual.width()).isEqualTo(expected.width());
        return TestPictures.difference(TestPictures.colour(actual), TestPictures.colour(expected));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rgb.jpg",
                "progressive.jpg",
                "grey.jpg",
                "cmyk.jpg",
                "rgb.png",
                "palette.png",
                "rgb.bmp",
                "transparent.gif",
                "lossless.webp",
                "lossy.webp"
            })
    void truncatedFilesAreBad(String name) {
        byte[] whole = TestPictures.bytes("decode/" + name);
        for (double part : new double[] {0.02, 0.2, 0.5, 0.8, 0.95}) {
            byte[] cut = Arrays.copyOf(whole, (int) (whole.length * part));
            assertThatThrownBy(() -> new ImageDecoder().decode(cut, "folder/" + name))
                    .as(name + " cut to " + part)
                    .isInstanceOf(BadImageException.class)
                    .hasMessageStartingWith("folder/" + name + ": ");
        }
    }

    /** What is before the pixels is the palette, for which a decoder would allocate two gigabytes. */
    @Test
    void aBitmapWhosePixelsBeginBeyondItsEndIsTruncated() {
        byte[] bitmap = TestPictures.bytes("decode/palette.bmp");
        for (int from : new int[] {bitmap.length + 1, Integer.MAX_VALUE, -1}) {
            ByteBuffer.wrap(bitmap).order(ByteOrder.LITTLE_ENDIAN).putInt(10, from);
            assertThatThrownBy(() -> new ImageDecoder().decode(bitmap, "b.bmp"))
                    .isInstanceOf(BadImageException.class)
                    .hasMessageContaining("b.bmp")
                    .hasMessageContaining("truncated BMP");
        }
    }

    @Test
    void formatIsDetectedByContent() throws Exception {
        assertThat(new ImageDecoder()
                        .decode(TestPictures.bytes("decode/rgb.png"), "n01440764_3.JPEG")
                        .width())
                .isEqualTo(45);
    }

    @Test
    void emptyAndForeignFilesAreBad() {
        var decoder = new ImageDecoder();
        assertThatThrownBy(() -> decoder.decode(new byte[0], "a.png"))
                .isInstanceOf(BadImageException.class)
                .hasMessage("a.png: the file is empty");
        assertThatThrownBy(() -> decoder.decode("<html>".getBytes(StandardCharsets.US_ASCII), "a.png"))
                .isInstanceOf(BadImageException.class)
                .hasMessageStartingWith("a.png: not a JPEG");
    }

    @Test
    void damagedFilesAreBadAndNothingElse() {
        var decoder = new ImageDecoder();
        var random = new Random(3);
        for (String name : new String[] {
            "rgb.jpg", "rgb.png", "palette.bmp", "first.gif", "lossless.webp", "alpha.webp", "cmyk.jpg"
        }) {
            byte[] whole = TestPictures.bytes("decode/" + name);
            for (int trial = 0; trial < 40; trial++) {
                byte[] damaged = whole.clone();
                for (int i = 0; i < 12; i++) {
                    damaged[8 + random.nextInt(damaged.length - 8)] = (byte) random.nextInt(256);
                }
                try {
                    // Some damage still decodes; then the picture is whole.
                    assertThat(decoder.decode(damaged, name).samples()).isNotEmpty();
                } catch (BadImageException e) {
                    assertThat(e).hasMessageStartingWith(name + ": ");
                }
            }
        }
    }

    @Test
    void aPictureThatClaimsToBeHugeIsRefusedBeforeItIsDecoded() {
        byte[] bomb = TestPictures.bytes("decode/rgb.png");
        // Width and height of the header chunk, and its checksum.
        Arrays.fill(bomb, 16, 24, (byte) 0);
        bomb[17] = 1;
        bomb[21] = 1;
        var checksum = new CRC32();
        checksum.update(bomb, 12, 17);
        for (int i = 0; i < 4; i++) {
            bomb[29 + i] = (byte) (checksum.getValue() >> 24 - 8 * i);
        }
        assertThatThrownBy(() -> new ImageDecoder().decode(bomb, "bomb.png"))
                .isInstanceOf(BadImageException.class)
                .hasMessage("bomb.png: 65536 x 65536 pixels are more than the limit of 89478485");
        assertThatThrownBy(() -> new ImageDecoder(1000).decode(TestPictures.bytes("decode/rgb.png"), "big.png"))
                .hasMessage("big.png: 45 x 37 pixels are more than the limit of 1000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rgb.jpg",
                "progressive.jpg",
                "grey.jpg",
                "cmyk.jpg",
                "rgb.png",
                "palette.png",
                "rgb.bmp",
                "first.gif",
                "lossless.webp",
                "lossy.webp",
                "animated.webp"
            })
    void everyFormatKeepsToTheLimitOfPixels(String name) {
        byte[] content = TestPictures.bytes("decode/" + name);
        assertThatThrownBy(() -> new ImageDecoder(300).decode(content, name))
                .isInstanceOf(BadImageException.class)
                .hasMessageContaining("are more than the limit of 300");
    }

    @Test
    void oneDecoderServesSeveralThreads() throws Exception {
        var decoder = new ImageDecoder();
        byte[] good = TestPictures.bytes("decode/rgb.jpg");
        byte[] damaged = Arrays.copyOf(good, good.length);
        Arrays.fill(damaged, 30, 300, (byte) 0xff);
        byte[] expected = decoder.decode(good, "good").samples();
        IntStream.range(0, 200).parallel().forEach(i -> {
            try {
                assertThat(decoder.decode(good, "good").samples()).isEqualTo(expected);
                assertThatThrownBy(() -> decoder.decode(damaged, "damaged")).isInstanceOf(BadImageException.class);
            } catch (BadImageException e) {
                throw new AssertionError(e);
            }
        });
    }
}
