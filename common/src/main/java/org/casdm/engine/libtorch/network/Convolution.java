package org.casdm.engine.libtorch.network;

import org.bytedeco.pytorch.Tensor;
import org.casdm.engine.libtorch.tensor.Target;
import org.casdm.engine.libtorch.tensor.Tensors;

/** A convolution with padding: 3×3, or 1×1 by its kernel's shape. */
final class Convolution implements Module {

    private final Target target;
    private final Tensor kernel;
    private final Tensor bias;
    private final long stride;
    private final long padding;

    Convolution(Weights weights, String name, long stride, Target target) {
        this.target = target;
        this.stride = stride;
        kernel = weights.product(name + ".weight");
        bias = weights.product(name + ".bias");
        padding = kernel.size(2) / 2;
    }

    Tensor forward(Tensor input) {
        return Tensors.convolve(target.forConvolution(input), kernel, bias, stride, padding);
    }

    @Override
    public Tensor forward(Tensor input, Tensor embedding, Pass pass) {
        return forward(input);
    }
}
