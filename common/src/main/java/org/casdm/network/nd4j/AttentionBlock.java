package org.casdm.network.nd4j;

import org.casdm.network.UNetSpec.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** improved-diffusion's AttentionBlock: x + projection(attention(norm(x))), query, key and value head by head. */
final class AttentionBlock implements Module {

    private final GroupNorm norm;
    private final Linear joint;
    private final Linear projection;
    private final int heads;

    private INDArray input;
    private INDArray normalised;
    private INDArray jointOutput;
    private INDArray probabilities;
    private INDArray attended;

    AttentionBlock(Weights weights, Layer.Attention layer) {
        norm = new GroupNorm(weights, layer.name() + ".norm", false);
        joint = new Linear(weights, layer.name() + ".qkv");
        projection = new Linear(weights, layer.name() + ".proj_out");
        heads = layer.heads();
    }

    @Override
    public INDArray forward(INDArray x, Pass pass) {
        var arena = pass.arena;
        long images = x.size(0);
        long positions = x.size(1) * x.size(2);
        long channels = x.size(3);
        var outer = pass.clock.enter(LayerClock.Kind.ATTENTION);
        var n = norm.forward(x, null, pass);
        var qkv = arena.take(images, positions, 3 * channels);
        joint.forward(n, qkv, pass.kernels, pass.training);
        var p = pass.training ? arena.take(images, heads, positions, positions) : null;
        var a = arena.take(images, positions, channels);
        pass.kernels.attend(qkv, heads, p, a);
        var y = arena.take(x.shape());
        projection.forward(a, y, pass.kernels, pass.training);
        y.addi(x);
        pass.clock.leave(outer, operations(images, positions, channels));
        if (pass.training) {
            input = x;
            normalised = n;
            jointOutput = qkv;
            probabilities = p;
            attended = a;
        } else {
            for (var array : new INDArray[] {n, qkv, a}) {
                arena.release(array);
            }
        }
        return y;
    }

    @Override
    public INDArray backward(INDArray outputGradient, Pass pass) {
        var arena = pass.arena;
        var outer = pass.clock.enter(LayerClock.Kind.ATTENTION);
        var da = arena.take(attended.shape());
        projection.backward(attended, outputGradient, da, false, pass.kernels);
        arena.release(attended);
        var dqkv = arena.take(jointOutput.shape());
        pass.kernels.attendBackward(jointOutput, heads, probabilities, da, dqkv);
        for (var array : new INDArray[] {da, probabilities, jointOutput}) {
            arena.release(array);
        }
        var dx = arena.take(input.shape());
        joint.backward(normalised, dqkv, dx, false, pass.kernels);
        arena.release(dqkv);
        arena.release(normalised);
        norm.backward(input, null, dx, outputGradient, null, pass);
        pass.clock.leave(outer, 2 * operations(input.size(0), input.size(1) * input.size(2), input.size(3)));
        arena.release(outputGradient);
        input = null;
        normalised = null;
        jointOutput = null;
        probabilities = null;
        attended = null;
        return dx;
    }

    /** Of both projections, and of the two products of each head. */
    private long operations(long images, long positions, long channels) {
        return joint.operations(images * positions)
                + projection.operations(images * positions)
                + 4 * images * positions * positions * channels;
    }
}
