package org.casdm.engine.libtorch.network;

import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.casdm.engine.libtorch.tensor.Target;
import org.casdm.engine.libtorch.tensor.Tensors;
import org.casdm.network.UNetSpec;
import org.casdm.network.UNetSpec.Layer;
import org.casdm.network.UNetSpec.Resampling;

/**
 * improved-diffusion's ResBlock: norm, SiLU, convolution, time embedding, norm, SiLU, dropout, convolution, skip; and
 * guided-diffusion's, which resamples before the first convolution and on the way past it.
 */
final class ResidualBlock implements Module {

    private static final long[] TWO = {2, 2};
    private static final long[] NO_PADDING = {0, 0};

    private final String name;
    private final Normalisation inputNorm;
    private final Convolution inputConvolution;
    private final Tensor embeddingMatrix;
    private final Tensor embeddingBias;
    private final Normalisation outputNorm;
    private final Convolution outputConvolution;
    private final Convolution skip;
    private final Resampling resampling;
    private final boolean scaleShift;
    private final double dropout;

    ResidualBlock(Weights weights, Layer.Residual layer, UNetSpec spec, Target target) {
        name = layer.name();
        inputNorm = new Normalisation(weights, name + ".in_layers.0", target);
        inputConvolution = new Convolution(weights, name + ".in_layers.2", 1, target);
        embeddingMatrix = weights.product(name + ".emb_layers.1.weight");
        embeddingBias = weights.product(name + ".emb_layers.1.bias");
        outputNorm = new Normalisation(weights, name + ".out_layers.0", target);
        outputConvolution = new Convolution(weights, name + ".out_layers.3", 1, target);
        skip = layer.inputChannels() == layer.outputChannels()
                ? null
                : new Convolution(weights, name + ".skip_connection", 1, target);
        resampling = layer.resampling();
        scaleShift = spec.scaleShiftNorm();
        dropout = spec.dropout();
    }

    @Override
    public Tensor forward(Tensor input, Tensor embedding, Pass pass) {
        var hidden = inputConvolution.forward(resampled(torch.silu(inputNorm.forward(input))));
        var modulation = Tensors.linear(embedding, embeddingMatrix, embeddingBias);
        var activated = torch.silu(modulated(hidden, modulation.unsqueeze(-1).unsqueeze(-1)));
        var residue = outputConvolution.forward(pass.dropout(activated, dropout, name));
        return (skip == null ? resampled(input) : skip.forward(input)).add(residue);
    }

    private Tensor resampled(Tensor features) {
        return switch (resampling) {
            case NONE -> features;
            case HALVE -> torch.avg_pool2d(features, TWO, TWO, NO_PADDING, false, false, new LongOptional());
            case DOUBLE -> torch.upsample_nearest2d(features, 2 * features.size(2), 2 * features.size(3));
        };
    }

    private Tensor modulated(Tensor hidden, Tensor modulation) {
        if (!scaleShift) {
            return outputNorm.forward(hidden.add(modulation));
        }
        var scaleAndShift = modulation.to(ScalarType.Float).chunk(2, 1);
        var scale = scaleAndShift.get(0).add(Tensors.scalar(1));
        return torch.addcmul(scaleAndShift.get(1), outputNorm.forward(hidden), scale);
    }
}
