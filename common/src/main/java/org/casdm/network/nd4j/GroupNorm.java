package org.casdm.network.nd4j;

import org.casdm.network.UNetSpec;
import org.casdm.network.nd4j.kernel.Kernels;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Group normalisation, optionally modulated by the time embedding, optionally followed by SiLU. */
final class GroupNorm {

    private final INDArray weight;
    private final INDArray bias;
    private final INDArray weightGradient;
    private final INDArray biasGradient;
    private final boolean silu;
    private INDArray statistics;

    GroupNorm(Weights weights, String name, boolean silu) {
        weight = weights.value(name + ".weight");
        bias = weights.value(name + ".bias");
        weightGradient = weights.gradient(name + ".weight");
        biasGradient = weights.gradient(name + ".bias");
        this.silu = silu;
    }

    private Kernels.Norm norm(INDArray scaleShift) {
        return new Kernels.Norm(UNetSpec.NORM_GROUPS, weight, bias, scaleShift, silu);
    }

    /** The output, taken from the arena. */
    INDArray forward(INDArray input, INDArray scaleShift, Pass pass) {
        var output = pass.arena.take(input.shape());
        var stats = pass.arena.take(input.size(0), 2, UNetSpec.NORM_GROUPS);
        var outer = pass.clock.enter(LayerClock.Kind.NORMALISATION);
        pass.kernels.normalise(input, norm(scaleShift), output, stats);
        pass.clock.leave(outer, 0);
        if (pass.training) {
            statistics = stats;
        } else {
            pass.arena.release(stats);
        }
        return output;
    }

    /** Turns the output's gradient into the input's (plus {@code addend}), in place. */
    void backward(
            INDArray input,
            INDArray scaleShift,
            INDArray gradient,
            INDArray addend,
            INDArray scaleShiftGradient,
            Pass pass) {
        var outer = pass.clock.enter(LayerClock.Kind.NORMALISATION);
        pass.kernels.normaliseBackward(
                input,
                norm(scaleShift),
                statistics,
                gradient,
                addend,
                weightGradient,
                biasGradient,
                scaleShiftGradient);
        pass.clock.leave(outer, 0);
        pass.arena.release(statistics);
        statistics = null;
    }
}
