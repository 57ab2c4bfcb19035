package org.casdm.engine.libtorch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.casdm.engine.libtorch.tensor.HostArrays;
import org.casdm.engine.libtorch.tensor.Target;
import org.casdm.engine.libtorch.tensor.Tensors;
import org.casdm.lpips.LpipsWeights;
import org.casdm.lpips.TrunkLayer;

/** A feature network of LPIPS with its frozen weights. */
final class FeatureTrunk implements AutoCloseable {

    private final Target target;
    private final LpipsWeights weights;
    private final Map<String, Tensor> tensors = new HashMap<>();

    FeatureTrunk(LpipsWeights weights, Target target) {
        this.weights = weights;
        this.target = target;
        for (var tensor : weights.trunk().tensors()) {
            String name = tensor.parameter().name();
            var array = weights.get(name);
            tensors.put(
                    name,
                    name.endsWith(".bias")
                            ? Tensors.owned(() -> target.forProduct(HostArrays.upload(array, target)))
                            : HostArrays.uploadKernel(array, target));
        }
    }

    /** Each slice's output for images [images, 3, height, width] in the trunk's scale. */
    List<Tensor> features(Tensor images) {
        var features = new ArrayList<Tensor>();
        var current = target.forConvolution(images);
        for (var slice : weights.trunk().slices()) {
            for (var layer : slice.layers()) {
                current = forward(layer, current);
            }
            features.add(current);
        }
        return features;
    }

    private Tensor forward(TrunkLayer layer, Tensor input) {
        if (layer instanceof TrunkLayer.Convolution convolution) {
            return convolve(input, convolution.name(), convolution.stride(), convolution.padding());
        } else if (layer instanceof TrunkLayer.MaxPool pool) {
            long[] kernel = {pool.kernel(), pool.kernel()};
            long[] stride = {pool.stride(), pool.stride()};
            return torch.max_pool2d(input, kernel, stride, new long[] {0, 0}, new long[] {1, 1}, pool.ceil());
        } else if (layer instanceof TrunkLayer.Fire fire) {
            var squeezed = convolve(input, fire.name() + ".squeeze", 1, 0);
            return Tensors.concatenate(
                    1,
                    convolve(squeezed, fire.name() + ".expand1x1", 1, 0),
                    convolve(squeezed, fire.name() + ".expand3x3", 1, 1));
        }
        throw new IllegalArgumentException("Unknown layer " + layer);
    }

    private Tensor convolve(Tensor input, String name, int stride, int padding) {
        return torch.relu(
                Tensors.convolve(input, tensors.get(name + ".weight"), tensors.get(name + ".bias"), stride, padding));
    }

    @Override
    public void close() {
        tensors.values().forEach(Tensors::free);
    }
}
