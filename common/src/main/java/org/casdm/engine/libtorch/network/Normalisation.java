package org.casdm.engine.libtorch.network;

import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.casdm.engine.libtorch.tensor.Target;
import org.casdm.network.UNetSpec;

/** Group normalisation in float32, whatever the type of its input. */
final class Normalisation {

    private static final double EPSILON = 1e-5;

    private final Target target;
    private final Tensor weight;
    private final Tensor bias;

    Normalisation(Weights weights, String name, Target target) {
        this.target = target;
        weight = weights.norm(name + ".weight");
        bias = weights.norm(name + ".bias");
    }

    /** The output, float32. */
    Tensor forward(Tensor input) {
        // LibTorch's kernel for GPUs requires channels first: changed in the same pass as the type.
        var values = target.isGpu()
                ? input.to(ScalarType.Float, false, false, new MemoryFormatOptional(MemoryFormat.Contiguous))
                : input.to(ScalarType.Float);
        return torch.group_norm(
                values, UNetSpec.NORM_GROUPS, new TensorOptional(weight), new TensorOptional(bias), EPSILON, true);
    }
}
