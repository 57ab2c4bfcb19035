package org.casdm.network.nd4j;

import org.casdm.network.UNetSpec;
import org.casdm.network.UNetSpec.Layer;
import org.casdm.network.UNetSpec.Resampling;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * improved-diffusion's ResBlock: norm, SiLU, convolution, time embedding, norm, SiLU, dropout, convolution, skip; and
 * guided-diffusion's, which resamples before the first convolution and on the way past it.
 */
final class ResidualBlock implements Module {

    /** Of four values. */
    private static final double MEAN = 0.25;

    private final GroupNorm inputNorm;
    private final Convolution inputConvolution;
    private final Linear embedding;
    private final GroupNorm outputNorm;
    private final Convolution outputConvolution;
    private final Linear skip;
    private final Resampling resampling;
    private final boolean scaleShift;
    private final double dropout;
    private final long dropoutSalt;

    private INDArray input;
    private INDArray activated;
    private INDArray hidden;
    private INDArray modulation;
    private INDArray outputActivated;

    ResidualBlock(Weights weights, Layer.Residual layer, UNetSpec spec) {
        String name = layer.name();
        inputNorm = new GroupNorm(weights, name + ".in_layers.0", true);
        inputConvolution = new Convolution(weights, name + ".in_layers.2", 1);
        embedding = new Linear(weights, name + ".emb_layers.1");
        outputNorm = new GroupNorm(weights, name + ".out_layers.0", true);
        outputConvolution = new Convolution(weights, name + ".out_layers.3", 1);
        skip = layer.inputChannels() == layer.outputChannels() ? null : new Linear(weights, name + ".skip_connection");
        resampling = layer.resampling();
        scaleShift = spec.scaleShiftNorm();
        dropout = spec.dropout();
        dropoutSalt = name.hashCode();
    }

    @Override
    public INDArray forward(INDArray x, Pass pass) {
        var arena = pass.arena;
        var a = inputNorm.forward(x, null, pass);
        if (resampling != Resampling.NONE) {
            var full = a;
            a = resampled(full, pass);
            arena.release(full);
        }
        var h = inputConvolution.forward(a, pass);
        if (!pass.training) {
            arena.release(a);
        }
        var e = arena.take(x.size(0), embedding.outputs());
        var outer = pass.clock.enter(LayerClock.Kind.LINEAR);
        embedding.forward(pass.embedding, e, pass.kernels, pass.training);
        pass.clock.leave(outer, embedding.operations(x.size(0)));
        if (!scaleShift) {
            pass.kernels.addPerImage(h, e);
        }
        var b = outputNorm.forward(h, scaleShift ? e : null, pass);
        if (pass.training && dropout > 0) {
            pass.kernels.dropout(b, dropout, pass.dropoutKey + dropoutSalt);
        }
        var y = outputConvolution.forward(b, pass);
        if (resampling != Resampling.NONE) {
            var past = resampled(x, pass);
            y.addi(past);
            arena.release(past);
        } else if (skip == null) {
            y.addi(x);
        } else {
            var s = arena.take(y.shape());
            outer = pass.clock.enter(LayerClock.Kind.LINEAR);
            skip.forward(x, s, pass.kernels, pass.training);
            pass.clock.leave(outer, skip.operations(positions(x)));
            y.addi(s);
            arena.release(s);
        }
        if (pass.training) {
            input = x;
            activated = a;
            hidden = h;
            modulation = e;
            outputActivated = b;
        } else {
            arena.release(h);
            arena.release(e);
            arena.release(b);
        }
        return y;
    }

    @Override
    public INDArray backward(INDArray outputGradient, Pass pass) {
        var arena = pass.arena;
        // Kept: the skip connection needs it too.
        var db = outputConvolution.backwardKeeping(outputGradient, pass);
        arena.release(outputActivated);
        if (dropout > 0) {
            pass.kernels.dropout(db, dropout, pass.dropoutKey + dropoutSalt);
        }
        var de = arena.take(modulation.shape());
        outputNorm.backward(hidden, scaleShift ? modulation : null, db, null, scaleShift ? de : null, pass);
        if (!scaleShift) {
            pass.kernels.sumPerImage(db, de);
        }
        arena.release(hidden);
        var outer = pass.clock.enter(LayerClock.Kind.LINEAR);
        embedding.backward(pass.embedding, de, pass.embeddingGradient, true, pass.kernels);
        pass.clock.leave(outer, 2 * embedding.operations(de.size(0)));
        arena.release(de);
        arena.release(modulation);
        var dx = inputConvolution.backward(db, pass);
        arena.release(activated);
        var past = outputGradient;
        if (resampling != Resampling.NONE) {
            var small = dx;
            dx = resampledBackward(small, pass);
            arena.release(small);
            past = resampledBackward(outputGradient, pass);
            arena.release(outputGradient);
        }
        inputNorm.backward(input, null, dx, skip == null ? past : null, null, pass);
        if (skip != null) {
            outer = pass.clock.enter(LayerClock.Kind.LINEAR);
            skip.backward(input, outputGradient, dx, true, pass.kernels);
            pass.clock.leave(outer, 2 * skip.operations(positions(input)));
        }
        arena.release(past);
        input = null;
        activated = null;
        hidden = null;
        modulation = null;
        outputActivated = null;
        return dx;
    }

    /** The features at the block's output resolution; not for blocks that keep it. */
    private INDArray resampled(INDArray x, Pass pass) {
        return resampling == Resampling.HALVE ? halved(x, MEAN, pass) : doubled(x, 1, pass);
    }

    /** The gradient of {@link #resampled}. */
    private INDArray resampledBackward(INDArray gradient, Pass pass) {
        return resampling == Resampling.HALVE ? doubled(gradient, MEAN, pass) : halved(gradient, 1, pass);
    }

    /** Sums of four, times a factor. */
    private static INDArray halved(INDArray x, double factor, Pass pass) {
        var small = pass.arena.take(x.size(0), x.size(1) / 2, x.size(2) / 2, x.size(3));
        pass.kernels.upsampleBackward(x, small);
        return factor == 1 ? small : small.muli(factor);
    }

    /** Nearest neighbours, times a factor. */
    private static INDArray doubled(INDArray x, double factor, Pass pass) {
        var large = pass.arena.take(x.size(0), 2 * x.size(1), 2 * x.size(2), x.size(3));
        pass.kernels.upsample(x, large);
        return factor == 1 ? large : large.muli(factor);
    }

    private static long positions(INDArray activation) {
        return activation.length() / activation.size(3);
    }
}
