package org.casdm.engine.libtorch.network;

import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.casdm.engine.libtorch.tensor.Target;
import org.casdm.engine.libtorch.tensor.Tensors;

/** Dropout whose choice depends on a seed and the block's name only, so that a block that is run again drops the same. */
public final class Dropout {

    private final Target target;
    private final long seed;

    public Dropout(Target target, long seed) {
        this.target = target;
        this.seed = seed;
    }

    /** Values with each set to zero with a probability, the others scaled up. */
    Tensor apply(Tensor values, double probability, String block) {
        var generator = generator();
        generator.set_current_seed(seed + block.hashCode());
        var mask = torch.empty_like(values).bernoulli_(1 - probability, new GeneratorOptional(generator));
        return values.mul(mask).mul(Tensors.scalar(1 / (1 - probability)));
    }

    private Generator generator() {
        return target.isGpu()
                ? torch.getCUDAHooks().getNewGenerator((byte) target.device())
                : torch.make_generator_cpu();
    }
}
