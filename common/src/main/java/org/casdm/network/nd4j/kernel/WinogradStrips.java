package org.casdm.network.nd4j.kernel;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.casdm.network.nd4j.kernel.vector.WinogradPoints;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How a batch is shared out for {@link WinogradConvolution}, and the way between pixels and values at the points. A
 * strip is a few rows of tiles of one image and is treated by one thread; a group is strips that go through the products
 * together, as many as stay in the last-level cache.
 *
 * <p>Values at the points are [products, tiles of the group, channels].
 */
final class WinogradStrips {

    static final int MOST_ROWS = 8;
    static final int GROUP_FLOATS = 4 << 20;

    private static final int POINTS = WinogradPoints.POINTS;
    private static final int TILE = WinogradPoints.TILE;

    private final int images;
    private final int height;
    private final int width;
    private final int rows;
    private final int ofGroup;
    private final ThreadLocal<Scratch> scratch;

    private WinogradStrips(INDArray map, ThreadLocal<Scratch> scratch, int channels, boolean acrossImages) {
        this.scratch = scratch;
        images = (int) map.size(0);
        height = (int) map.size(1);
        width = (int) map.size(2);
        rows = divisor(height / TILE, MOST_ROWS);
        int most = Math.max(1, GROUP_FLOATS / (POINTS * POINTS * channels * tilesOfStrip()));
        int groups = (count() + most - 1) / most;
        ofGroup = acrossImages ? (count() + groups - 1) / groups : divisor(ofImage(), most);
    }

    /**
     * Groups of strips of a whole batch.
     *
     * @param map      [images, height, width, ...]; sides are multiples of the tile's
     * @param channels of what goes into the products and comes from them, together
     * @param scratch  of each thread
     */
    static WinogradStrips ofBatch(INDArray map, int channels, ThreadLocal<Scratch> scratch) {
        return new WinogradStrips(map, scratch, channels, true);
    }

    /** As {@link #ofBatch}, but a group has strips of one image, and as many whatever the batch. */
    static WinogradStrips ofImages(INDArray map, int channels, ThreadLocal<Scratch> scratch) {
        return new WinogradStrips(map, scratch, channels, false);
    }

    /** The largest divisor of a number that is not over {@code most}. */
    private static int divisor(int number, int most) {
        int divisor = Math.min(number, most);
        while (number % divisor != 0) {
            divisor--;
        }
        return divisor;
    }

    /** Strips of an image. */
    int ofImage() {
        return height / TILE / rows;
    }

    /** Strips in all. */
    int count() {
        return images * ofImage();
    }

    /** Strips of a group; the last may have fewer. */
    int ofGroup() {
        return ofGroup;
    }

    private int tilesOfRow() {
        return width / TILE;
    }

    int tilesOfStrip() {
        return rows * tilesOfRow();
    }

    /** The first row of pixels of a strip, counted over all images. */
    private int firstRow(int strip) {
        return strip * rows * TILE;
    }

    /**
     * From the windows of a strip to their values.
     *
     * <p>A row of pixels, with one of zeros on either side, is kept as four arrays: every fourth pixel from the first on,
     * from the second, the third, the fourth. What the tiles of a row have at the same place of their windows lies
     * together then.
     *
     * @param x         the map's
     * @param values    receives them
     * @param firstTile of the strip in its group
     * @param tiles     of the group
     */
    void transformInput(FloatBuffer x, int channels, int strip, FloatBuffer values, int firstTile, int tiles) {
        int length = tilesOfRow() * channels;
        int phaseLength = length + channels;
        int pixels = width * channels;
        var memory = scratch.get().tiles();
        var zeros = memory.take(TILE, phaseLength);
        for (float[] phase : zeros) {
            Arrays.fill(phase, 0, phaseLength, 0);
        }
        var ring = memory.take(POINTS, TILE, phaseLength);
        var columns = memory.take(POINTS, TILE, phaseLength);
        var line = memory.take(pixels);
        var shifted = memory.take(POINTS - TILE, length);
        var result = memory.take(POINTS, length);
        var lines = new float[POINTS][][];
        int firstRow = firstRow(strip);
        int top = firstRow % height;
        int loaded = top - 2;
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < POINTS; i++) {
                int row = top + r * TILE - 1 + i;
                if (row < 0 || row >= height) {
                    lines[i] = zeros;
                    continue;
                }
                lines[i] = ring[row % POINTS];
                if (row > loaded) {
                    x.get((firstRow - top + row) * pixels, line, 0, pixels);
                    spread(line, channels, lines[i]);
                    loaded = row;
                }
            }
            for (int phase = 0; phase < TILE; phase++) {
                // Of the third and fourth there are no more than tiles.
                WinogradTransforms.input(
                        WinogradTransforms.column(lines, phase),
                        WinogradTransforms.column(columns, phase),
                        phase < POINTS - TILE ? phaseLength : length);
            }
            for (int i = 0; i < POINTS; i++) {
                var window = Arrays.copyOf(columns[i], POINTS);
                for (int j = TILE; j < POINTS; j++) {
                    window[j] = shifted[j - TILE];
                    System.arraycopy(columns[i][j - TILE], channels, window[j], 0, length);
                }
                WinogradTransforms.input(window, result, length);
                for (int j = 0; j < POINTS; j++) {
                    values.put(place(i, j, firstTile, r, tiles) * channels, result[j], 0, length);
                }
            }
        }
    }

    /** A row of pixels into its four phases; the one of zeros before it is the first of all. */
    private void spread(float[] line, int channels, float[][] phases) {
        Arrays.fill(phases[0], 0, channels, 0);
        for (int i = 0; i < width; i++) {
            int place = i + 1;
            System.arraycopy(line, i * channels, phases[place % TILE], place / TILE * channels, channels);
        }
        Arrays.fill(phases[1], tilesOfRow() * channels, (tilesOfRow() + 1) * channels, 0);
    }

    /** The tile, counted over all products, with which a row of a strip begins. */
    private int place(int row, int column, int firstTile, int rowOfStrip, int tiles) {
        return (row * POINTS + column) * tiles + firstTile + rowOfStrip * tilesOfRow();
    }

    /**
     * From the products of a strip to its outputs; other arguments as {@link #transformInput}'s.
     *
     * @param biases of each channel
     * @param y      receives the outputs
     */
    void transformOutput(FloatBuffer values, int firstTile, int tiles, float[] biases, int strip, FloatBuffer y) {
        int channels = biases.length;
        int length = tilesOfRow() * channels;
        int pixels = width * channels;
        var memory = scratch.get().tiles();
        var column = memory.take(POINTS, length);
        var lines = memory.take(TILE, POINTS, length);
        var result = memory.take(TILE, length);
        var line = memory.take(pixels);
        var bias = memory.take(pixels);
        for (int i = 0; i < width; i++) {
            System.arraycopy(biases, 0, bias, i * channels, channels);
        }
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < POINTS; j++) {
                for (int i = 0; i < POINTS; i++) {
                    values.get(place(i, j, firstTile, r, tiles) * channels, column[i], 0, length);
                }
                WinogradTransforms.output(column, WinogradTransforms.column(lines, j), length);
            }
            for (int i = 0; i < TILE; i++) {
                WinogradTransforms.output(lines[i], result, length);
                for (int pixel = 0; pixel < width; pixel++) {
                    System.arraycopy(result[pixel % TILE], pixel / TILE * channels, line, pixel * channels, channels);
                }
                add(bias, line, pixels);
                y.put((firstRow(strip) + r * TILE + i) * pixels, line, 0, pixels);
            }
        }
    }

    /** From the gradient of a strip's outputs to that of its products; arguments as {@link #transformInput}'s. */
    void transformOutputGradient(
            FloatBuffer dy, int channels, int strip, FloatBuffer values, int firstTile, int tiles) {
        int length = tilesOfRow() * channels;
        int pixels = width * channels;
        var memory = scratch.get().tiles();
        var lines = memory.take(TILE, TILE, length);
        var columns = memory.take(POINTS, TILE, length);
        var result = memory.take(POINTS, length);
        var line = memory.take(pixels);
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < TILE; i++) {
                dy.get((firstRow(strip) + r * TILE + i) * pixels, line, 0, pixels);
                for (int pixel = 0; pixel < width; pixel++) {
                    System.arraycopy(line, pixel * channels, lines[i][pixel % TILE], pixel / TILE * channels, channels);
                }
            }
            for (int phase = 0; phase < TILE; phase++) {
                WinogradTransforms.outputGradient(
                        WinogradTransforms.column(lines, phase), WinogradTransforms.column(columns, phase), length);
            }
            for (int i = 0; i < POINTS; i++) {
                WinogradTransforms.outputGradient(columns[i], result, length);
                for (int j = 0; j < POINTS; j++) {
                    values.put(place(i, j, firstTile, r, tiles) * channels, result[j], 0, length);
                }
            }
        }
    }

    private static void add(float[] source, float[] target, int length) {
        for (int i = 0; i < length; i++) {
            target[i] += source[i];
        }
    }
}
