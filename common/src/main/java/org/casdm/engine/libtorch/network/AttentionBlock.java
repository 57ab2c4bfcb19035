package org.casdm.engine.libtorch.network;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.casdm.engine.libtorch.tensor.Target;
import org.casdm.engine.libtorch.tensor.Tensors;
import org.casdm.network.UNetSpec.Layer;

/** improved-diffusion's AttentionBlock: x + projection(attention(norm(x))), query, key and value head by head. */
final class AttentionBlock implements Module {

    private final Target target;
    private final Normalisation norm;
    private final Tensor jointMatrix;
    private final Tensor jointBias;
    private final Tensor projectionMatrix;
    private final Tensor projectionBias;
    private final long heads;

    AttentionBlock(Weights weights, Layer.Attention layer, Target target) {
        this.target = target;
        heads = layer.heads();
        norm = new Normalisation(weights, layer.name() + ".norm", target);
        jointMatrix = weights.product(layer.name() + ".qkv.weight");
        jointBias = weights.product(layer.name() + ".qkv.bias");
        projectionMatrix = weights.product(layer.name() + ".proj_out.weight");
        projectionBias = weights.product(layer.name() + ".proj_out.bias");
    }

    @Override
    public Tensor forward(Tensor input, Tensor embedding, Pass pass) {
        long images = input.size(0);
        long channels = input.size(1);
        long height = input.size(2);
        long width = input.size(3);
        long positions = height * width;
        var tokens = target.forProduct(norm.forward(input).flatten(2, 3).transpose(1, 2));
        // [images, heads, positions, 3, channels of a head]
        var joint = linear(tokens, jointMatrix, jointBias)
                .view(images, positions, heads, 3, channels / heads)
                .transpose(1, 2);
        var attended = torch.scaled_dot_product_attention(joint.select(3, 0), joint.select(3, 1), joint.select(3, 2));
        var joined = attended.transpose(1, 2).reshape(images, positions, channels);
        var projected = linear(joined, projectionMatrix, projectionBias);
        return input.add(projected.transpose(1, 2).view(images, channels, height, width));
    }

    /** A convolution of width 1 over positions: its kernel is [out, in, 1]. */
    private static Tensor linear(Tensor tokens, Tensor kernel, Tensor bias) {
        return Tensors.linear(tokens, kernel.squeeze(2), bias);
    }
}
