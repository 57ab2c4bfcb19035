package org.casdm.network.nd4j.kernel;

import java.util.Arrays;
// All, since Javadoc reads each class that is named here, and they need a module that it warns of.
import org.casdm.network.nd4j.kernel.vector.*;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@link HostAttention} by vector instructions: an image's queries, keys and values are copied into heap memory, and rows
 * of scores stay in the second-level cache from the product that makes them to the product that uses them (Dao et al.
 * 2022, arXiv 2205.14135). What is computed for an image depends neither on the images beside it nor on the number of
 * threads.
 */
final class VectorAttention {

    /** Scores of a block of rows: a quarter of a megabyte. */
    private static final int BLOCK_FLOATS = 1 << 16;
    /** Rows that products may read and write behind the last one: the elements of the widest vector. */
    private static final int SPARE_ROWS = 16;

    // Heap memory of a thread.
    private static final int JOINT = 0;
    private static final int MERGED = 1;
    private static final int JOINT_GRADIENT = 2;
    private static final int TURNED = 3;
    private static final int SCORES = 4;
    private static final int SCORE_GRADIENTS = 5;
    private static final int SUMS = 6;

    private final Parallel parallel;
    private final ThreadLocal<Scratch> scratch;

    VectorAttention(Parallel parallel, ThreadLocal<Scratch> scratch) {
        this.parallel = parallel;
        this.scratch = scratch;
    }

    /** Whether attention with such queries, keys and values is to be computed here. */
    static boolean suits(INDArray joint, int heads) {
        return joint.size(2) / 3 / heads % VectorProducts.COLUMNS == 0;
    }

    /** How an image's matrices are laid out in heap memory. */
    private record Layout(AttentionShape shape) {

        /** Positions rounded up to whole parts of a product; what is added is zero. */
        int columns() {
            int part = VectorProducts.COLUMNS;
            return (shape.positions() + part - 1) / part * part;
        }

        int rowsOfBlock() {
            int parts = Math.max(1, BLOCK_FLOATS / columns() / VectorProducts.ROWS);
            return Math.min(shape.positions(), parts * VectorProducts.ROWS);
        }

        int blockLength() {
            return (rowsOfBlock() + SPARE_ROWS) * columns();
        }

        int jointLength() {
            return (shape.positions() + SPARE_ROWS) * shape.row();
        }

        int mergedLength() {
            return (shape.positions() + SPARE_ROWS) * shape.channels();
        }

        int turnedLength() {
            return shape.width() * columns();
        }
    }

    /** Arguments as those of {@link Kernels#attend}. */
    void forward(INDArray joint, int heads, INDArray probabilities, INDArray attended) {
        var shape = AttentionShape.of(joint, heads);
        var layout = new Layout(shape);
        var x = HostMemory.floats(joint);
        var p = probabilities == null ? null : HostMemory.floats(probabilities);
        var y = HostMemory.floats(attended);
        int positions = shape.positions();
        int columns = layout.columns();
        int row = shape.row();
        int channels = shape.channels();
        parallel.forEach((int) joint.size(0), image -> {
            var local = scratch.get();
            var values = local.tile(JOINT, layout.jointLength());
            var result = local.tile(MERGED, layout.mergedLength());
            var turned = local.tile(TURNED, layout.turnedLength());
            var scores = local.tile(SCORES, layout.blockLength());
            var lanes = local.tile(SUMS, VectorProducts.LANES);
            x.get(image * positions * row, values, 0, positions * row);
            for (int head = 0; head < heads; head++) {
                int query = 3 * head * shape.width();
                turn(values, query + shape.width(), shape, columns, shape.scale(), turned);
                for (int from = 0; from < positions; from += layout.rowsOfBlock()) {
                    int rows = Math.min(layout.rowsOfBlock(), positions - from);
                    VectorProducts.multiply(
                            rows,
                            columns,
                            shape.width(),
                            values,
                            from * row + query,
                            row,
                            turned,
                            0,
                            columns,
                            scores,
                            0,
                            columns);
                    for (int r = 0; r < rows; r++) {
                        int at = r * columns;
                        VectorSoftmax.forward(scores, at, at + positions, lanes);
                        if (p != null) {
                            int place = ((image * heads + head) * positions + from + r) * positions;
                            p.put(place, scores, at, positions);
                        }
                    }
                    VectorProducts.multiply(
                            rows,
                            shape.width(),
                            positions,
                            scores,
                            0,
                            columns,
                            values,
                            query + 2 * shape.width(),
                            row,
                            result,
                            from * channels + head * shape.width(),
                            channels);
                }
            }
            y.put(image * positions * channels, result, 0, positions * channels);
        });
    }

    /** Arguments as those of {@link Kernels#attendBackward}. */
    void backward(
            INDArray joint, int heads, INDArray probabilities, INDArray attendedGradient, INDArray jointGradient) {
        var shape = AttentionShape.of(joint, heads);
        var layout = new Layout(shape);
        var x = HostMemory.floats(joint);
        var p = HostMemory.floats(probabilities);
        var dy = HostMemory.floats(attendedGradient);
        var dx = HostMemory.floats(jointGradient);
        int positions = shape.positions();
        int columns = layout.columns();
        int width = shape.width();
        int row = shape.row();
        int channels = shape.channels();
        parallel.forEach((int) joint.size(0), image -> {
            var local = scratch.get();
            var values = local.tile(JOINT, layout.jointLength());
            var output = local.tile(MERGED, layout.mergedLength());
            var gradient = local.tile(JOINT_GRADIENT, layout.jointLength());
            var turned = local.tile(TURNED, layout.turnedLength());
            var scores = local.tile(SCORES, layout.blockLength());
            var scoreGradients = local.tile(SCORE_GRADIENTS, layout.blockLength());
            var lanes = local.tile(SUMS, VectorProducts.LANES);
            x.get(image * positions * row, values, 0, positions * row);
            dy.get(image * positions * channels, output, 0, positions * channels);
            Arrays.fill(gradient, 0, positions * row, 0);
            // Behind a row's last column there are zeros.
            Arrays.fill(scores, 0, layout.blockLength(), 0);
            for (int head = 0; head < heads; head++) {
                int query = 3 * head * width;
                int key = query + width;
                int value = key + width;
                turn(values, value, shape, columns, 1, turned);
                for (int from = 0; from < positions; from += layout.rowsOfBlock()) {
                    int rows = Math.min(layout.rowsOfBlock(), positions - from);
                    int outputs = from * channels + head * width;
                    for (int r = 0; r < rows; r++) {
                        int place = ((image * heads + head) * positions + from + r) * positions;
                        p.get(place, scores, r * columns, positions);
                    }
                    VectorProducts.addTransposed(
                            positions, width, rows, scores, 0, columns, output, outputs, channels, gradient, value,
                            row);
                    VectorProducts.multiply(
                            rows,
                            columns,
                            width,
                            output,
                            outputs,
                            channels,
                            turned,
                            0,
                            columns,
                            scoreGradients,
                            0,
                            columns);
                    for (int r = 0; r < rows; r++) {
                        int at = r * columns;
                        VectorSoftmax.backward(scores, at, scoreGradients, at, at + positions, shape.scale(), lanes);
                    }
                    VectorProducts.multiply(
                            rows,
                            width,
                            positions,
                            scoreGradients,
                            0,
                            columns,
                            values,
                            key,
                            row,
                            gradient,
                            from * row + query,
                            row);
                    VectorProducts.addTransposed(
                            positions,
                            width,
                            rows,
                            scoreGradients,
                            0,
                            columns,
                            values,
                            from * row + query,
                            row,
                            gradient,
                            key,
                            row);
                }
            }
            dx.put(image * positions * row, gradient, 0, positions * row);
        });
    }

    /** Keys or values of a head, [positions, width], times a factor, as [width, columns]. */
    private static void turn(float[] values, int at, AttentionShape shape, int columns, float factor, float[] turned) {
        for (int position = 0; position < shape.positions(); position++) {
            int from = at + position * shape.row();
            for (int i = 0; i < shape.width(); i++) {
                turned[i * columns + position] = factor * values[from + i];
            }
        }
        for (int i = 0; i < shape.width(); i++) {
            Arrays.fill(turned, i * columns + shape.positions(), (i + 1) * columns, 0);
        }
    }
}
