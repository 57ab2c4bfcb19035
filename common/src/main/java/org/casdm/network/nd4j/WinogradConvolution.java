package org.casdm.network.nd4j;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * 3×3 convolutions with stride 1 and padding 1, and their gradients, by {@link WinogradTransforms}: 36 products of
 * matrices, [tiles, channels in] · [channels in, channels out], with a quarter of the multiplications of a convolution.
 *
 * <p>Tiles are treated in groups of a size that stays in the last-level cache. The result does not depend on the number
 * of threads.
 */
final class WinogradConvolution {

    private static final int POINTS = WinogradTransforms.POINTS;
    private static final int TILE = WinogradTransforms.TILE;
    private static final int KERNEL = WinogradTransforms.KERNEL;
    private static final int PRODUCTS = POINTS * POINTS;
    /** With fewer, the transforms take what the products save. */
    private static final int FEWEST_CHANNELS = 64;
    /** With fewer tiles, of a batch together, the kernel's transform does. */
    private static final int FEWEST_TILES = 64;
    private static final int FEWEST_TILES_BACKWARD = 32;
    private static final int MOST_ROWS_OF_STRIP = 8;
    private static final int GROUP_FLOATS = 4 << 20;
    private static final int KERNEL_PART = 2048;

    private final Parallel parallel;
    private final ThreadLocal<Scratch> scratch;

    WinogradConvolution(Parallel parallel, ThreadLocal<Scratch> scratch) {
        this.parallel = parallel;
        this.scratch = scratch;
    }

    /** Whether a convolution with stride 1 and padding 1 is to be done here. */
    static boolean suits(INDArray input, INDArray weight) {
        return suits(input, weight, FEWEST_TILES);
    }

    /** Whether the gradients of such a convolution are to be computed here. */
    static boolean suitsBackward(INDArray input, INDArray weight) {
        return suits(input, weight, FEWEST_TILES_BACKWARD);
    }

    private static boolean suits(INDArray input, INDArray weight, int fewestTiles) {
        long height = input.size(1);
        long width = input.size(2);
        long in = weight.size(2);
        long out = weight.size(3);
        long strip = (in + out) * MOST_ROWS_OF_STRIP * width / TILE;
        return height % TILE == 0 && width % TILE == 0 && in >= FEWEST_CHANNELS && out >= FEWEST_CHANNELS
                && input.size(0) * height * width >= (long) fewestTiles * TILE * TILE
                && Math.max(input.length(), PRODUCTS * (in * out + strip) + GROUP_FLOATS)
                        <= Integer.MAX_VALUE / Float.BYTES;
    }

    /** output = the convolution of input with weight, and bias. */
    void convolve(INDArray input, INDArray weight, INDArray bias, INDArray output) {
        filter(input, weight, false, bias, output);
    }

    /** The gradients with respect to input and weight. */
    void convolveBackward(INDArray input, INDArray weight, INDArray outputGradient, INDArray inputGradient,
            INDArray weightGradient) {
        filter(outputGradient, weight, true, null, inputGradient);
        weightGradient(input, outputGradient, weightGradient);
    }

    /**
     * How the tiles of a batch are shared out. Strips are a few rows of tiles of one image and are treated by one
     * thread; groups are strips that go through the products together.
     */
    private record Plan(int images, int height, int width, int rowsOfStrip, int stripsOfGroup) {

        static Plan of(INDArray map, int channels) {
            int height = (int) map.size(1);
            int rows = height / TILE;
            int rowsOfStrip = Math.min(rows, MOST_ROWS_OF_STRIP);
            while (rows % rowsOfStrip != 0) {
                rowsOfStrip--;
            }
            int width = (int) map.size(2);
            int images = (int) map.size(0);
            int strips = images * rows / rowsOfStrip;
            int most = Math.max(1, GROUP_FLOATS / (PRODUCTS * channels * rowsOfStrip * width / TILE));
            int groups = (strips + most - 1) / most;
            return new Plan(images, height, width, rowsOfStrip, (strips + groups - 1) / groups);
        }

        int strips() {
            return images * height / TILE / rowsOfStrip;
        }

        int tilesOfRow() {
            return width / TILE;
        }

        int tilesOfStrip() {
            return rowsOfStrip * tilesOfRow();
        }

        /** The first row of pixels of a strip, counted over all images. */
        int firstRow(int strip) {
            return strip * rowsOfStrip * TILE;
        }
    }

    /**
     * What a pass works in, one piece of native memory: of the kernel, of a group's windows and of its tiles the values
     * at the points, a matrix for each product.
     */
    private final class Workspace {

        private final Plan plan;
        private final int in;
        private final int out;
        private final FloatPointer kernel;
        private final FloatPointer inputs;
        private final FloatPointer outputs;

        Workspace(INDArray input, INDArray output) {
            in = (int) input.size(3);
            out = (int) output.size(3);
            plan = Plan.of(input, in + out);
            int tiles = plan.stripsOfGroup * plan.tilesOfStrip();
            kernel = scratch.get().matrix(PRODUCTS * (in * out + tiles * (in + out)));
            inputs = kernel.getPointer((long) PRODUCTS * in * out);
            outputs = inputs.getPointer((long) PRODUCTS * tiles * in);
        }

        int weights() {
            return in * out;
        }

        FloatBuffer kernelValues() {
            return floats(kernel, PRODUCTS * weights());
        }

        FloatBuffer inputValues(int tiles) {
            return floats(inputs, PRODUCTS * tiles * in);
        }

        FloatBuffer outputValues(int tiles) {
            return floats(outputs, PRODUCTS * tiles * out);
        }

        FloatPointer kernel(int product) {
            return kernel.getPointer((long) product * weights());
        }

        FloatPointer inputs(int product, int tiles) {
            return inputs.getPointer((long) product * tiles * in);
        }

        FloatPointer outputs(int product, int tiles) {
            return outputs.getPointer((long) product * tiles * out);
        }

        /** Treats one group after another. */
        void forEachGroup(Group body) {
            for (int first = 0; first < plan.strips(); first += plan.stripsOfGroup) {
                int strips = Math.min(plan.stripsOfGroup, plan.strips() - first);
                body.treat(first, strips, strips * plan.tilesOfStrip());
            }
        }

        private static FloatBuffer floats(FloatPointer pointer, int length) {
            return new FloatPointer(pointer).capacity(length).asByteBuffer().asFloatBuffer();
        }
    }

    private interface Group {
        void treat(int firstStrip, int strips, int tiles);
    }

    /** The convolution, with the weights as they are or turned by 180 degrees and from outputs to inputs. */
    private void filter(INDArray input, INDArray weight, boolean turned, INDArray bias, INDArray output) {
        var work = new Workspace(input, output);
        var plan = work.plan;
        transformKernel(HostMemory.floats(weight), work.weights(), turned, work.kernelValues());
        var x = HostMemory.floats(input);
        var y = HostMemory.floats(output);
        var biases = new float[work.out];
        if (bias != null) {
            HostMemory.floats(bias).get(biases);
        }
        work.forEachGroup((first, strips, tiles) -> {
            var inputs = work.inputValues(tiles);
            var outputs = work.outputValues(tiles);
            parallel.forEach(strips, s -> transformInput(x, work.in, plan, first + s, inputs, s * plan.tilesOfStrip(),
                    tiles));
            parallel.forEach(PRODUCTS, p -> HostProducts.multiply(tiles, work.out, work.in, 1, work.inputs(p, tiles),
                    work.in, work.kernel(p), turned ? work.in : work.out, turned, work.outputs(p, tiles), work.out));
            parallel.forEach(strips, s -> transformOutput(outputs, s * plan.tilesOfStrip(), tiles, biases, plan,
                    first + s, y));
        });
    }

    private void weightGradient(INDArray input, INDArray outputGradient, INDArray weightGradient) {
        var work = new Workspace(input, outputGradient);
        var plan = work.plan;
        var x = HostMemory.floats(input);
        var dy = HostMemory.floats(outputGradient);
        work.forEachGroup((first, strips, tiles) -> {
            var inputs = work.inputValues(tiles);
            var outputs = work.outputValues(tiles);
            parallel.forEach(strips, s -> {
                transformInput(x, work.in, plan, first + s, inputs, s * plan.tilesOfStrip(), tiles);
                transformOutputGradient(dy, work.out, plan, first + s, outputs, s * plan.tilesOfStrip(), tiles);
            });
            parallel.forEach(PRODUCTS, p -> HostProducts.multiply(work.in, work.out, tiles, 1, work.inputs(p, tiles),
                    work.in, true, work.outputs(p, tiles), work.out, false, first == 0 ? 0 : 1, work.kernel(p),
                    work.out));
        });
        transformKernelGradient(work.kernelValues(), work.weights(), HostMemory.floats(weightGradient));
    }

    /** Arrays of a thread, from index {@code first} on. */
    private float[][] tiles(int first, int count, int length) {
        var local = scratch.get();
        var arrays = new float[count][];
        for (int i = 0; i < count; i++) {
            arrays[i] = local.tile(first + i, length);
        }
        return arrays;
    }

    /** From the nine planes of weights, [in · out], to those of the products. */
    private void transformKernel(FloatBuffer weight, int plane, boolean turned, FloatBuffer values) {
        parallel.forEach((plane + KERNEL_PART - 1) / KERNEL_PART, part -> {
            int from = part * KERNEL_PART;
            int length = Math.min(KERNEL_PART, plane - from);
            var column = tiles(0, KERNEL, KERNEL_PART);
            var rows = tiles(KERNEL, POINTS * KERNEL, KERNEL_PART);
            var result = tiles(KERNEL + POINTS * KERNEL, POINTS, KERNEL_PART);
            for (int c = 0; c < KERNEL; c++) {
                for (int r = 0; r < KERNEL; r++) {
                    int place = r * KERNEL + c;
                    weight.get((turned ? KERNEL * KERNEL - 1 - place : place) * plane + from, column[r], 0, length);
                }
                WinogradTransforms.kernel(column, everyThird(rows, c), length);
            }
            for (int r = 0; r < POINTS; r++) {
                WinogradTransforms.kernel(Arrays.copyOfRange(rows, KERNEL * r, KERNEL * (r + 1)), result, length);
                for (int c = 0; c < POINTS; c++) {
                    values.put((r * POINTS + c) * plane + from, result[c], 0, length);
                }
            }
        });
    }

    private void transformKernelGradient(FloatBuffer values, int plane, FloatBuffer weightGradient) {
        parallel.forEach((plane + KERNEL_PART - 1) / KERNEL_PART, part -> {
            int from = part * KERNEL_PART;
            int length = Math.min(KERNEL_PART, plane - from);
            var row = tiles(0, POINTS, KERNEL_PART);
            var columns = tiles(POINTS, POINTS * KERNEL, KERNEL_PART);
            var result = tiles(POINTS + POINTS * KERNEL, KERNEL, KERNEL_PART);
            for (int r = 0; r < POINTS; r++) {
                for (int c = 0; c < POINTS; c++) {
                    values.get((r * POINTS + c) * plane + from, row[c], 0, length);
                }
                WinogradTransforms.kernelGradient(row, Arrays.copyOfRange(columns, KERNEL * r, KERNEL * (r + 1)),
                        length);
            }
            for (int c = 0; c < KERNEL; c++) {
                WinogradTransforms.kernelGradient(everyThird(columns, c), result, length);
                for (int r = 0; r < KERNEL; r++) {
                    weightGradient.put((r * KERNEL + c) * plane + from, result[r], 0, length);
                }
            }
        });
    }

    private static float[][] everyThird(float[][] arrays, int first) {
        var chosen = new float[POINTS][];
        for (int i = 0; i < POINTS; i++) {
            chosen[i] = arrays[KERNEL * i + first];
        }
        return chosen;
    }

    /**
     * The windows of a strip. A row of pixels, with one of zeros on either side, is kept as four arrays: every fourth
     * pixel from the first on, from the second, the third, the fourth. What the tiles of a row have at the same place
     * of their windows lies together then.
     */
    private void transformInput(FloatBuffer x, int channels, Plan plan, int strip, FloatBuffer values, int firstTile,
            int tiles) {
        int width = plan.width;
        int length = plan.tilesOfRow() * channels;
        int phaseLength = length + channels;
        var zeros = phases(0, phaseLength);
        for (float[] phase : zeros) {
            Arrays.fill(phase, 0, phaseLength, 0);
        }
        var ring = new float[POINTS][][];
        var columns = new float[POINTS][][];
        for (int i = 0; i < POINTS; i++) {
            ring[i] = phases(TILE * (1 + i), phaseLength);
            columns[i] = phases(TILE * (1 + POINTS + i), phaseLength);
        }
        int next = TILE * (1 + 2 * POINTS);
        var line = tiles(next, 1, width * channels)[0];
        var shifted = tiles(next + 1, POINTS - TILE, length);
        var result = tiles(next + 1 + POINTS - TILE, POINTS, length);
        var rows = new float[POINTS][][];
        int firstRow = plan.firstRow(strip);
        int top = firstRow % plan.height;
        int loaded = top - 2;
        for (int r = 0; r < plan.rowsOfStrip; r++) {
            for (int i = 0; i < POINTS; i++) {
                int row = top + r * TILE - 1 + i;
                if (row < 0 || row >= plan.height) {
                    rows[i] = zeros;
                    continue;
                }
                rows[i] = ring[row % POINTS];
                if (row > loaded) {
                    x.get((firstRow - top + row) * width * channels, line, 0, width * channels);
                    spread(line, width, channels, rows[i]);
                    loaded = row;
                }
            }
            for (int phase = 0; phase < TILE; phase++) {
                // Of the third and fourth there are no more than tiles.
                WinogradTransforms.input(ofPhase(rows, phase), ofPhase(columns, phase),
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
                    values.put(((i * POINTS + j) * tiles + firstTile + r * plan.tilesOfRow()) * channels, result[j], 0,
                            length);
                }
            }
        }
    }

    private float[][] phases(int first, int length) {
        return tiles(first, TILE, length);
    }

    private static float[][] ofPhase(float[][][] rows, int phase) {
        var chosen = new float[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            chosen[i] = rows[i][phase];
        }
        return chosen;
    }

    private static void spread(float[] line, int width, int channels, float[][] phases) {
        Arrays.fill(phases[0], 0, channels, 0);
        for (int i = 0; i < width; i++) {
            int place = i + 1;
            System.arraycopy(line, i * channels, phases[place % TILE], place / TILE * channels, channels);
        }
        Arrays.fill(phases[1], width / TILE * channels, (width / TILE + 1) * channels, 0);
    }

    private void transformOutput(FloatBuffer values, int firstTile, int tiles, float[] biases, Plan plan, int strip,
            FloatBuffer y) {
        int channels = biases.length;
        int width = plan.width;
        int length = plan.tilesOfRow() * channels;
        var line = tiles(1, 1, width * channels)[0];
        var column = tiles(2, POINTS, length);
        var rows = tiles(2 + POINTS, POINTS * TILE, length);
        var result = tiles(2 + POINTS + POINTS * TILE, TILE, length);
        var bias = tiles(2 + POINTS + POINTS * TILE + TILE, 1, width * channels)[0];
        for (int i = 0; i < width; i++) {
            System.arraycopy(biases, 0, bias, i * channels, channels);
        }
        var target = new float[TILE][];
        for (int r = 0; r < plan.rowsOfStrip; r++) {
            for (int j = 0; j < POINTS; j++) {
                for (int i = 0; i < POINTS; i++) {
                    values.get(((i * POINTS + j) * tiles + firstTile + r * plan.tilesOfRow()) * channels, column[i], 0,
                            length);
                }
                for (int i = 0; i < TILE; i++) {
                    target[i] = rows[POINTS * i + j];
                }
                WinogradTransforms.output(column, target, length);
            }
            for (int i = 0; i < TILE; i++) {
                WinogradTransforms.output(Arrays.copyOfRange(rows, POINTS * i, POINTS * (i + 1)), result, length);
                for (int place = 0; place < width; place++) {
                    System.arraycopy(result[place % TILE], place / TILE * channels, line, place * channels, channels);
                }
                add(bias, line, width * channels);
                y.put((plan.firstRow(strip) + r * TILE + i) * width * channels, line, 0, width * channels);
            }
        }
    }

    private void transformOutputGradient(FloatBuffer dy, int channels, Plan plan, int strip, FloatBuffer values,
            int firstTile, int tiles) {
        int width = plan.width;
        int length = plan.tilesOfRow() * channels;
        var line = tiles(1, 1, width * channels)[0];
        var rows = new float[TILE][][];
        for (int i = 0; i < TILE; i++) {
            rows[i] = phases(2 + TILE * i, length);
        }
        var columns = new float[POINTS][][];
        for (int i = 0; i < POINTS; i++) {
            columns[i] = phases(2 + TILE * (TILE + i), length);
        }
        var result = tiles(2 + TILE * (TILE + POINTS), POINTS, length);
        for (int r = 0; r < plan.rowsOfStrip; r++) {
            for (int i = 0; i < TILE; i++) {
                dy.get((plan.firstRow(strip) + r * TILE + i) * width * channels, line, 0, width * channels);
                for (int place = 0; place < width; place++) {
                    System.arraycopy(line, place * channels, rows[i][place % TILE], place / TILE * channels, channels);
                }
            }
            for (int phase = 0; phase < TILE; phase++) {
                WinogradTransforms.outputGradient(ofPhase(rows, phase), ofPhase(columns, phase), length);
            }
            for (int i = 0; i < POINTS; i++) {
                WinogradTransforms.outputGradient(columns[i], result, length);
                for (int j = 0; j < POINTS; j++) {
                    values.put(((i * POINTS + j) * tiles + firstTile + r * plan.tilesOfRow()) * channels, result[j], 0,
                            length);
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
