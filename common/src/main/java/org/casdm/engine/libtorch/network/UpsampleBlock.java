package org.casdm.engine.libtorch.network;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.casdm.engine.libtorch.tensor.Target;

/** Nearest-neighbour doubling, then a convolution. */
final class UpsampleBlock implements Module {

    private final Convolution convolution;

    UpsampleBlock(Weights weights, String name, Target target) {
        convolution = new Convolution(weights, name + ".conv", 1, target);
    }

    @Override
    public Tensor forward(Tensor input, Tensor embedding, Pass pass) {
        return convolution.forward(torch.upsample_nearest2d(input, 2 * input.size(2), 2 * input.size(3)));
    }
}
