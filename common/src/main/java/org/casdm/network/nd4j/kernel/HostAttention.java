package org.casdm.network.nd4j.kernel;

import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Attention on host memory, each head of each image by itself and by one thread: what it computes does not depend on
 * the images beside it, nor on the number of threads. Rows of scores are treated in blocks that stay in the second-level
 * cache from the product that makes them to the product that uses them (Dao et al. 2022, arXiv 2205.14135).
 */
final class HostAttention {

    /** Scores of a block. */
    private static final int BLOCK_FLOATS = 1 << 16;

    private final Parallel parallel;
    private final ThreadLocal<Scratch> scratch;

    HostAttention(Parallel parallel, ThreadLocal<Scratch> scratch) {
        this.parallel = parallel;
        this.scratch = scratch;
    }

    /** Arguments as those of {@link Kernels#attend}. */
    void forward(INDArray joint, int heads, INDArray probabilities, INDArray attended) {
        var shape = AttentionShape.of(joint, heads);
        var matrices = new Matrices(shape);
        var x = HostMemory.pointer(joint);
        var p = probabilities == null ? null : HostMemory.pointer(probabilities);
        var y = HostMemory.pointer(attended);
        int positions = shape.positions();
        int rowsOfBlock = Math.min(positions, Math.max(1, BLOCK_FLOATS / positions));
        parallel.forEach(matrices.count(), i -> {
            var local = scratch.get();
            for (int from = 0; from < positions; from += rowsOfBlock) {
                int rows = Math.min(rowsOfBlock, positions - from);
                var scores = p == null
                        ? local.matrix(0, rowsOfBlock * positions)
                        : matrices.scores(p, i).getPointer((long) from * positions);
                HostProducts.multiply(
                        rows,
                        positions,
                        shape.width(),
                        shape.scale(),
                        matrices.part(x, i, 0).getPointer((long) from * shape.row()),
                        shape.row(),
                        matrices.part(x, i, 1),
                        shape.row(),
                        true,
                        scores,
                        positions);
                Softmax.forward(HostMemory.floats(scores, rows * positions), 0, rows, positions, local);
                HostProducts.multiply(
                        rows,
                        shape.width(),
                        positions,
                        1,
                        scores,
                        positions,
                        matrices.part(x, i, 2),
                        shape.row(),
                        false,
                        matrices.merged(y, i).getPointer((long) from * shape.channels()),
                        shape.channels());
            }
        });
    }

    /** Arguments as those of {@link Kernels#attendBackward}. */
    void backward(
            INDArray joint, int heads, INDArray probabilities, INDArray attendedGradient, INDArray jointGradient) {
        var shape = AttentionShape.of(joint, heads);
        var matrices = new Matrices(shape);
        var x = HostMemory.pointer(joint);
        var dx = HostMemory.pointer(jointGradient);
        var dy = HostMemory.pointer(attendedGradient);
        var p = HostMemory.floats(probabilities);
        var pPointer = HostMemory.pointer(probabilities);
        int positions = shape.positions();
        int row = shape.row();
        parallel.forEach(matrices.count(), i -> {
            var local = scratch.get();
            var gradient = local.matrix(0, positions * positions);
            var scores = matrices.scores(pPointer, i);
            var output = matrices.merged(dy, i);
            HostProducts.multiplyTransposed(
                    positions,
                    shape.width(),
                    positions,
                    1,
                    scores,
                    positions,
                    output,
                    shape.channels(),
                    matrices.part(dx, i, 2),
                    row);
            HostProducts.multiply(
                    positions,
                    positions,
                    shape.width(),
                    1,
                    output,
                    shape.channels(),
                    matrices.part(x, i, 2),
                    row,
                    true,
                    gradient,
                    positions);
            Softmax.backward(
                    p,
                    i * positions * positions,
                    HostMemory.floats(gradient, positions * positions),
                    positions,
                    positions,
                    local);
            HostProducts.multiply(
                    positions,
                    shape.width(),
                    positions,
                    shape.scale(),
                    gradient,
                    positions,
                    matrices.part(x, i, 1),
                    row,
                    false,
                    matrices.part(dx, i, 0),
                    row);
            HostProducts.multiplyTransposed(
                    positions,
                    shape.width(),
                    positions,
                    shape.scale(),
                    gradient,
                    positions,
                    matrices.part(x, i, 0),
                    row,
                    matrices.part(dx, i, 1),
                    row);
        });
    }

    /** Where the matrices of each image and head lie. */
    private record Matrices(AttentionShape shape) {

        int count() {
            return shape.images() * shape.heads();
        }

        private int image(int matrix) {
            return matrix / shape.heads();
        }

        private int head(int matrix) {
            return matrix % shape.heads();
        }

        /** Queries (0), keys (1) or values (2) of one matrix. */
        FloatPointer part(FloatPointer joint, int matrix, int index) {
            return joint.getPointer((long) image(matrix) * shape.positions() * shape.row()
                    + (head(matrix) * 3L + index) * shape.width());
        }

        FloatPointer merged(FloatPointer merged, int matrix) {
            return merged.getPointer(
                    (long) image(matrix) * shape.positions() * shape.channels() + (long) head(matrix) * shape.width());
        }

        FloatPointer scores(FloatPointer probabilities, int matrix) {
            return probabilities.getPointer((long) matrix * shape.positions() * shape.positions());
        }
    }
}
