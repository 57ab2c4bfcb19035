package org.casdm.data.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The golden pictures ({@code pictures/transform}) were drawn with NumPy (waves, a rectangle, a disc, noise from a fixed
 * seed) and transformed by Pillow 13.0.0 with the lines of improved-diffusion's {@code ImageDataset.__getitem__}: while
 * min(size) is at least twice the target, {@code resize(size // 2, BOX)}; then
 * {@code resize(round(x * target / min(size)), BICUBIC)}; {@code convert("RGB")}; the centre, offsets by {@code // 2}.
 * The result of {@code name.png} at 32 pixels is {@code name-32.png}.
 */
class ImageTransformTest {
    private static final Random RANDOM = new Random(7);

    @ParameterizedTest
    @CsvSource({
        "wide,32",
        "tall,24",
        "halved,32",
        "up,32",
        "same,32",
        "sliver,16",
        "odd,32",
        "nearly,32",
        "halfway,8",
        "grey,32"
    })
    void equalsPillow(String name, int size) throws Exception {
        Picture input = TestPictures.decode("transform/" + name + ".png");
        Picture expected = TestPictures.decode("transform/" + name + "-" + size + ".png");

        byte[] actual = new ImageTransform(size).apply(input);

        // Two grey levels would do; the arithmetic is the same, so nothing differs.
        assertThat(TestPictures.difference(actual, TestPictures.colour(expected))
                        .largest())
                .isZero();
    }

    /** From 190 x 150 JPEGs, shrunk by 1.5 to 8, each decoded by Pillow too: {@code scene-75.png} and so on. */
    @ParameterizedTest
    @CsvSource({
        "scene,100",
        "scene,75",
        "scene,60",
        "scene,50",
        "scene,38",
        "scene,30",
        "scene,25",
        "scene,19",
        "scenegrey,75",
        "scenegrey,30"
    })
    void shrunkJpegsEqualPillows(String name, int size) throws Exception {
        Picture input = TestPictures.decode("transform/" + name + ".jpg");
        Picture expected = TestPictures.decode("transform/" + name + "-" + size + ".png");

        byte[] actual = new ImageTransform(size).apply(input);

        var difference = TestPictures.difference(actual, TestPictures.colour(expected));
        // Measured: 0 and 0, with libjpeg-turbo 2.1.5 here and 3.2.0 there.
        assertThat(difference.largest()).isLessThanOrEqualTo(2);
        assertThat(difference.mean()).isLessThanOrEqualTo(0.5);
    }

    @Test
    void greyIsRepeatedInEachChannel() {
        byte[] grey = new byte[40 * 30];
        RANDOM.nextBytes(grey);
        byte[] result = new ImageTransform(16).apply(new Picture(40, 30, 1, grey));
        for (int i = 0; i < result.length; i += 3) {
            assertThat(result[i]).isEqualTo(result[i + 1]).isEqualTo(result[i + 2]);
        }
    }

    @Test
    void aPlainPictureStaysPlainAtEverySize() {
        for (int width = 1; width < 40; width += 3) {
            for (int size : new int[] {1, 2, 7, 16, 33}) {
                byte[] plain = new byte[width * 11 * 3];
                Arrays.fill(plain, (byte) 201);
                assertThat(new ImageTransform(size).apply(new Picture(width, 11, 3, plain)))
                        .hasSize(size * size * 3)
                        .containsOnly((byte) 201);
            }
        }
    }

    @Test
    void writesAtTheOffsetAndNowhereElse() {
        byte[] destination = new byte[3 * 4 * 4 * 3];
        byte[] bright = new byte[9 * 9 * 3];
        Arrays.fill(bright, (byte) 99);
        new ImageTransform(4).apply(new Picture(9, 9, 3, bright), destination, 48);
        assertThat(Arrays.copyOf(destination, 48)).containsOnly(0);
        assertThat(Arrays.copyOfRange(destination, 48, 96)).containsOnly(99);
        assertThat(Arrays.copyOfRange(destination, 96, 144)).containsOnly(0);
    }

    @Test
    void aLongSliverIsCutWithoutBeingEnlargedWhole() {
        // Enlarged whole it would be 256 x 5,120,000 pixels.
        byte[] sliver = new byte[20_000 * 3];
        Arrays.fill(sliver, (byte) 5);
        assertThat(new ImageTransform(256).apply(new Picture(20_000, 1, 3, sliver)))
                .containsOnly(5);
    }

    @Test
    void refusesSizesOutOfRange() {
        assertThatThrownBy(() -> new ImageTransform(0)).hasMessageContaining("1 to 4096");
        assertThatThrownBy(() -> new ImageTransform(4097)).hasMessageContaining("1 to 4096");
    }
}
