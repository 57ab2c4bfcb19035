package org.casdm.network.nd4j;

import org.casdm.network.UNetSpec.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** improved-diffusion's AttentionBlock: x + projection(attention(norm(x))), query, key and value head by head. */
final class AttentionBlock implements Module {

    private final GroupNorm norm;
    private final Linear joint;
    private final Linear projection;
    private final int heads;

    private INDArray input;
    private INDArray normalised;
    private INDArray query;
    private INDArray key;
    private INDArray value;
    private INDArray probabilities;
    private INDArray attended;

    AttentionBlock(Weights weights, Layer.Attention layer, int heads) {
        norm = new GroupNorm(weights, layer.name() + ".norm", false);
        joint = new Linear(weights, layer.name() + ".qkv");
        projection = new Linear(weights, layer.name() + ".proj_out");
        this.heads = heads;
    }

    @Override
    public INDArray forward(INDArray x, Pass pass) {
        var arena = pass.arena;
        long images = x.size(0);
        long positions = x.size(1) * x.size(2);
        long channels = x.size(3);
        long width = channels / heads;
        var outer = pass.clock.enter(LayerClock.Kind.ATTENTION);
        var n = norm.forward(x, null, pass);
        var qkv = arena.take(images, positions, 3 * channels);
        joint.forward(n, qkv);
        var q = arena.take(images, heads, positions, width);
        var k = arena.take(images, heads, positions, width);
        var v = arena.take(images, heads, positions, width);
        pass.kernels.splitHeads(qkv, heads, q, k, v);
        arena.release(qkv);
        var p = arena.take(images, heads, positions, positions);
        multiplyEach(q, false, k, true, 1 / Math.sqrt(width), p);
        Operations.softmax(p);
        var o = arena.take(images, heads, positions, width);
        multiplyEach(p, false, v, false, 1, o);
        var a = arena.take(images, positions, channels);
        pass.kernels.mergeHeads(o, a);
        arena.release(o);
        var y = arena.take(x.shape());
        projection.forward(a, y);
        y.addi(x);
        pass.clock.leave(outer, operations(images, positions, channels));
        if (pass.training) {
            input = x;
            normalised = n;
            query = q;
            key = k;
            value = v;
            probabilities = p;
            attended = a;
        } else {
            for (var array : new INDArray[] {n, q, k, v, p, a}) {
                arena.release(array);
            }
        }
        return y;
    }

    @Override
    public INDArray backward(INDArray outputGradient, Pass pass) {
        var arena = pass.arena;
        var outer = pass.clock.enter(LayerClock.Kind.ATTENTION);
        double scale = 1 / Math.sqrt(query.size(3));
        var da = arena.take(attended.shape());
        projection.backward(attended, outputGradient, da, false, pass.kernels);
        arena.release(attended);
        var dO = arena.take(query.shape());
        pass.kernels.separateHeads(da, dO);
        arena.release(da);
        var dp = arena.take(probabilities.shape());
        multiplyEach(dO, false, value, true, 1, dp);
        var dv = arena.take(query.shape());
        multiplyEach(probabilities, true, dO, false, 1, dv);
        arena.release(dO);
        pass.kernels.softmaxBackward(probabilities, dp);
        var dq = arena.take(query.shape());
        multiplyEach(dp, false, key, false, scale, dq);
        var dk = arena.take(query.shape());
        multiplyEach(dp, true, query, false, scale, dk);
        for (var array : new INDArray[] {dp, probabilities, query, key, value}) {
            arena.release(array);
        }
        var dqkv = arena.take(input.size(0), input.size(1) * input.size(2), 3 * input.size(3));
        pass.kernels.joinHeads(dq, dk, dv, heads, dqkv);
        for (var array : new INDArray[] {dq, dk, dv}) {
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
        query = null;
        key = null;
        value = null;
        probabilities = null;
        attended = null;
        return dx;
    }

    /** Of both projections, and of the two products of each head. */
    private long operations(long images, long positions, long channels) {
        return joint.operations(images * positions) + projection.operations(images * positions)
                + 4 * images * positions * positions * channels;
    }

    /** The product of each image's and head's matrices: one call for each is faster than ND4J's batched product. */
    private static void multiplyEach(INDArray a, boolean transposeA, INDArray b, boolean transposeB, double alpha,
            INDArray output) {
        var as = matrices(a);
        var bs = matrices(b);
        var outputs = matrices(output);
        for (long i = 0; i < as.size(0); i++) {
            Operations.multiply(matrix(as, i), transposeA, matrix(bs, i), transposeB, alpha, 0, matrix(outputs, i));
        }
    }

    private static INDArray matrices(INDArray array) {
        return array.reshape('c', array.size(0) * array.size(1), array.size(2), array.size(3));
    }

    private static INDArray matrix(INDArray matrices, long index) {
        return matrices.get(NDArrayIndex.point(index), NDArrayIndex.all(), NDArrayIndex.all());
    }
}
