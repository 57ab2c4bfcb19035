package org.casdm.engine.libtorch;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.casdm.engine.libtorch.tensor.HostArrays;
import org.casdm.engine.libtorch.tensor.Target;
import org.casdm.engine.libtorch.tensor.Tensors;
import org.casdm.metric.feature.Features;
import org.casdm.metric.inception.InceptionLayer;
import org.casdm.metric.inception.InceptionLayer.AveragedConvolution;
import org.casdm.metric.inception.InceptionLayer.Convolution;
import org.casdm.metric.inception.InceptionLayer.Join;
import org.casdm.metric.inception.InceptionLayer.MaxPool;
import org.casdm.metric.inception.InceptionLayout;
import org.casdm.metric.inception.InceptionWeights;

/** The Inception network. Its weights never change, so all threads share one. */
final class LibTorchInception extends ImageNetwork {

    private static final int IMAGES_AT_ONCE_CPU = 16;
    private static final int IMAGES_AT_ONCE_GPU = 128;
    private static final long WINDOW = 3;

    private record Folded(Tensor kernel, Tensor bias) {}

    private final Map<String, Folded> convolutions = new HashMap<>();
    private final Tensor classifier;

    LibTorchInception(InceptionWeights weights, Target target) {
        super(target, target.isGpu() ? IMAGES_AT_ONCE_GPU : IMAGES_AT_ONCE_CPU, InceptionLayout.SIDE);
        for (var convolution : InceptionLayout.convolutions()) {
            var folded = weights.get(convolution);
            convolutions.put(
                    convolution.name(),
                    new Folded(
                            HostArrays.uploadKernel(folded.kernel(), target),
                            Tensors.owned(() -> target.forProduct(HostArrays.upload(folded.bias(), target)))));
        }
        classifier = HostArrays.upload(weights.classifier(), target);
    }

    @Override
    void forward(Tensor images, int count, Features features, int first) {
        var middle = chain(InceptionLayout.upToSpatial(), images);
        var spatial = middle.narrow(1, 0, InceptionLayout.SPATIAL_CHANNELS);
        var pooled = Tensors.mean(float32(chain(InceptionLayout.afterSpatial(), middle)), 2, 3);
        Target.downloadImages(spatial, features.spatial(), first * (features.spatial().length / features.count()));
        Target.download(pooled, features.pooled(), first * InceptionLayout.POOLED);
        Target.download(pooled.matmul(classifier), features.logits(), first * InceptionLayout.CLASSES);
    }

    private Tensor chain(List<InceptionLayer> layers, Tensor input) {
        var current = input;
        for (var layer : layers) {
            current = forward(layer, current);
        }
        return current;
    }

    private Tensor forward(InceptionLayer layer, Tensor input) {
        if (layer instanceof Convolution convolution) {
            return torch.relu(convolve(convolution, input));
        } else if (layer instanceof AveragedConvolution averaged) {
            return torch.relu(average(convolve(averaged.convolution(), input)));
        } else if (layer instanceof MaxPool pool) {
            return torch.max_pool2d(
                    input,
                    new long[] {MaxPool.KERNEL, MaxPool.KERNEL},
                    new long[] {pool.stride(), pool.stride()},
                    new long[] {pool.padding(), pool.padding()},
                    new long[] {1, 1},
                    false);
        } else if (layer instanceof Join join) {
            return Tensors.concatenate(
                    1,
                    join.branches().stream().map(branch -> chain(branch, input)).toArray(Tensor[]::new));
        }
        throw new IllegalArgumentException("Unknown layer " + layer);
    }

    private Tensor convolve(Convolution convolution, Tensor input) {
        var folded = convolutions.get(convolution.name());
        return Tensors.convolve(
                input,
                folded.kernel(),
                folded.bias(),
                convolution.stride(),
                convolution.paddingHeight(),
                convolution.paddingWidth());
    }

    /** After the convolution in place of before it: both are linear, and there are fewer channels. */
    private static Tensor average(Tensor input) {
        long[] window = {WINDOW, WINDOW};
        long[] padding = {WINDOW / 2, WINDOW / 2};
        return torch.avg_pool2d(input, window, new long[] {1, 1}, padding, false, false, new LongOptional());
    }

    @Override
    void free() {
        convolutions.values().forEach(folded -> Tensors.free(folded.kernel(), folded.bias()));
        Tensors.free(classifier);
    }
}
