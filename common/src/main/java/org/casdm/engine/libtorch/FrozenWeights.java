package org.casdm.engine.libtorch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.casdm.engine.libtorch.network.Weights;
import org.casdm.engine.libtorch.tensor.Target;
import org.casdm.engine.libtorch.tensor.Tensors;
import org.casdm.network.Parameter;

/** Parameters of a network that is not trained: a copy on the device, cast once. */
final class FrozenWeights implements Weights, AutoCloseable {

    private final Map<String, Tensor> products = new HashMap<>();
    private final Map<String, Tensor> norms = new HashMap<>();
    private final List<Tensor> owned = new ArrayList<>();

    FrozenWeights(List<Parameter> parameters, FloatPointer host, Target target) {
        var layout = new FlatLayout(target, List.of(parameters));
        var values = own(layout.load(host));
        var operands = target.isMixed() ? own(Tensors.owned(() -> target.forProduct(values))) : values;
        for (var parameter : parameters) {
            norms.put(parameter.name(), own(view(layout, values, parameter)));
            products.put(parameter.name(), own(view(layout, operands, parameter)));
        }
    }

    private static Tensor view(FlatLayout layout, Tensor vector, Parameter parameter) {
        return Tensors.owned(() -> layout.view(vector, parameter, parameter.offset()));
    }

    private Tensor own(Tensor tensor) {
        owned.add(tensor);
        return tensor;
    }

    @Override
    public Tensor product(String name) {
        return products.get(name);
    }

    @Override
    public Tensor norm(String name) {
        return norms.get(name);
    }

    @Override
    public void close() {
        owned.forEach(Tensors::free);
    }
}
