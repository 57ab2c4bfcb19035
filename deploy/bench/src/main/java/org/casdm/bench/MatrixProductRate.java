package org.casdm.bench;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/** What this machine can do: the rate of large matrix products in float32, against which layers are held. */
final class MatrixProductRate {

    private static final int SIDE = 2048;
    private static final int REPETITIONS = 5;

    private MatrixProductRate() {}

    /** GFLOP/s, the best of some products of two {@value #SIDE} × {@value #SIDE} matrices. */
    static double gigaflops() {
        try (INDArray a = Nd4j.rand(DataType.FLOAT, SIDE, SIDE);
                INDArray b = Nd4j.rand(DataType.FLOAT, SIDE, SIDE);
                INDArray product = Nd4j.createUninitialized(DataType.FLOAT, SIDE, SIDE)) {
            var best = 0.0;
            for (var i = 0; i < REPETITIONS; i++) {
                var start = System.nanoTime();
                Nd4j.exec(DynamicCustomOp.builder("matmul")
                        .addInputs(a, b)
                        .addOutputs(product)
                        .build());
                // Operations a nanosecond are 10^9 operations a second.
                best = Math.max(best, 2.0 * SIDE * SIDE * SIDE / (System.nanoTime() - start));
            }
            return best;
        }
    }
}
