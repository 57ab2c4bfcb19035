package org.casdm.engine.libtorch;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.casdm.engine.libtorch.tensor.Target;
import org.casdm.engine.libtorch.tensor.Tensors;
import org.casdm.metric.classifier.Classifier;
import org.casdm.metric.classifier.ClassifierLayout;
import org.casdm.metric.feature.Features;

/** A trained classifier. */
final class LibTorchClassifier extends ImageNetwork {

    private final ClassifierLayout layout;
    private final FrozenWeights weights;

    LibTorchClassifier(Classifier classifier, Target target) {
        super(target, ClassifierLayout.IMAGES_AT_ONCE, classifier.description().size());
        layout = classifier.description().layout();
        try (var host = new FloatPointer(classifier.parameters())) {
            weights = new FrozenWeights(layout.parameters(), host, target);
        }
    }

    @Override
    void forward(Tensor images, int count, Features features, int first) {
        var current = images;
        for (var convolution : layout.convolutions()) {
            current = torch.relu(Tensors.convolve(current, weight(convolution.name()), bias(convolution.name()), 1, 1));
            if (convolution.pooled()) {
                current = torch.max_pool2d(current, ClassifierLayout.POOLING, ClassifierLayout.POOLING);
            }
        }
        var hidden = torch.relu(linear(Tensors.mean(current, 2, 3), ClassifierLayout.FEATURE_LAYER));
        Target.download(hidden, features.pooled(), first * layout.features());
        Target.download(linear(hidden, ClassifierLayout.CLASS_LAYER), features.logits(), first * layout.classes());
    }

    private Tensor linear(Tensor input, String layer) {
        return Tensors.linear(input, weight(layer), bias(layer));
    }

    private Tensor weight(String layer) {
        return weights.product(layer + ".weight");
    }

    private Tensor bias(String layer) {
        return weights.product(layer + ".bias");
    }

    @Override
    void free() {
        weights.close();
    }
}
