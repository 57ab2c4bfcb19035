package org.casdm.data.picture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResamplingTest {

    /** Halving has a way of its own; a window of less than the whole result is computed by the general one. */
    @ParameterizedTest
    @CsvSource({"1,2,2", "1,3,1", "1,64,48", "3,2,1", "3,1,2", "3,2,2", "3,3,5", "3,5,3", "3,64,48", "3,125,100"})
    void halvesAsTheGeneralWayDoes(int channels, int width, int height) {
        byte[] samples = new byte[4 * width * height * channels];
        new Random(channels * 1000 + width).nextBytes(samples);
        var picture = new Picture(2 * width, 2 * height, channels, samples);

        byte[] halved = Resampling.BOX.resize(picture, width, height).samples();

        int rowBytes = width * channels;
        for (int row = 0; row < height; row++) {
            byte[] expected = height == 1
                    ? columnByColumn(picture, width, height)
                    : Resampling.BOX
                            .resize(picture, width, height, 0, row, width, 1)
                            .samples();
            assertThat(Arrays.copyOfRange(halved, row * rowBytes, (row + 1) * rowBytes))
                    .as("row " + row)
                    .isEqualTo(expected);
        }
    }

    private static byte[] columnByColumn(Picture picture, int width, int height) {
        byte[] row = new byte[width * picture.channels()];
        for (int column = 0; column < width; column++) {
            byte[] pixel = Resampling.BOX
                    .resize(picture, width, height, column, 0, 1, 1)
                    .samples();
            System.arraycopy(pixel, 0, row, column * picture.channels(), picture.channels());
        }
        return row;
    }
}
