package org.casdm.engine.libtorch;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.casdm.engine.libtorch.network.Weights;
import org.casdm.engine.libtorch.tensor.Target;
import org.casdm.engine.libtorch.tensor.Tensors;
import org.casdm.network.Parameter;
import org.casdm.network.UNetParameters;

/**
 * The parameters of networks that are trained, and their gradient: one flat float32 vector each, of which autograd's
 * leaves are parts. Where products are computed in another type, their operands are a second vector, cast once a step,
 * whose gradient is added to the first one's.
 */
public final class TrainedVector implements AutoCloseable {

    private final FlatLayout layout;
    private final Tensor values;
    private final Tensor gradient;
    private final Tensor operands;
    private final Tensor operandGradient;
    private final Map<Long, Tensor> leaves = new HashMap<>();

    public TrainedVector(FlatLayout layout, FloatPointer host, Target target) {
        this.layout = layout;
        values = layout.load(host);
        gradient = Tensors.owned(() -> target.zeros(ScalarType.Float, layout.length()));
        operands = target.isMixed() ? Tensors.owned(() -> target.forProduct(values)) : values;
        operandGradient =
                target.isMixed() ? Tensors.owned(() -> target.zeros(target.products(), layout.length())) : gradient;
    }

    Tensor values() {
        return values;
    }

    public Tensor gradient() {
        return gradient;
    }

    /**
     * The leaves of one of the networks.
     *
     * @param start of its parameters in the vector
     */
    public Weights weights(UNetParameters parameters, long start) {
        return new Weights() {
            @Override
            public Tensor product(String name) {
                return leaf(operands, operandGradient, parameters.get(name), start);
            }

            @Override
            public Tensor norm(String name) {
                return leaf(values, gradient, parameters.get(name), start);
            }
        };
    }

    private Tensor leaf(Tensor vector, Tensor itsGradient, Parameter parameter, long start) {
        long offset = start + parameter.offset();
        return leaves.computeIfAbsent(
                offset,
                key -> Tensors.owned(() -> {
                    var leaf = layout.view(vector, parameter, offset).detach();
                    leaf.set_requires_grad(true);
                    leaf.mutable_grad().put(layout.view(itsGradient, parameter, offset));
                    return leaf;
                }));
    }

    /** Before a step: the gradient becomes zero, operands are cast. */
    void begin() {
        try (var scope = new PointerScope()) {
            gradient.zero_();
            if (isMixed()) {
                operands.copy_(values);
            }
        }
    }

    /** After each backward pass. */
    void collect() {
        if (isMixed()) {
            try (var scope = new PointerScope()) {
                gradient.add_(operandGradient);
                operandGradient.zero_();
            }
        }
    }

    private boolean isMixed() {
        return operands != values;
    }

    @Override
    public void close() {
        leaves.values().forEach(Tensors::free);
        Tensors.free(values, gradient);
        if (isMixed()) {
            Tensors.free(operands, operandGradient);
        }
    }
}
