package org.casdm.engine.libtorch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.casdm.engine.libtorch.tensor.Faults;
import org.casdm.engine.libtorch.tensor.Target;
import org.casdm.metric.feature.FeatureNetwork;
import org.casdm.metric.feature.Features;
import org.casdm.metric.feature.ImageBatch;

/** A network from images to features: frozen, without state, shared by all threads; {@link #free} ends it. */
abstract class ImageNetwork implements FeatureNetwork {

    private final Target target;
    private final int imagesAtOnce;
    private final int size;

    ImageNetwork(Target target, int imagesAtOnce, int size) {
        this.target = target;
        this.imagesAtOnce = imagesAtOnce;
        this.size = size;
    }

    @Override
    public int imagesAtOnce() {
        return imagesAtOnce;
    }

    @Override
    public void compute(float[] images, int count, Features features, int first) {
        target.use();
        try (var scope = new PointerScope();
                var guard = new NoGradGuard()) {
            var input = target.uploadImages(images, 0, count, size, size, ImageBatch.CHANNELS);
            forward(target.forConvolution(input), count, features, first);
        } catch (RuntimeException e) {
            throw Faults.translate(
                    e, target, "the features of " + count + " images", "Leave the GPU to this process only");
        }
    }

    /** Computes features of images [count, 3, size, size] and writes them from {@code first} on. */
    abstract void forward(Tensor images, int count, Features features, int first);

    static Tensor float32(Tensor values) {
        return values.to(ScalarType.Float);
    }

    /** Frees the weights. */
    abstract void free();

    /** An extractor's end; the weights stay for the others. */
    @Override
    public void close() {}
}
