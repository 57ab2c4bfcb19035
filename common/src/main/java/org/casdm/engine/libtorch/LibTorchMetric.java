package org.casdm.engine.libtorch;

import org.bytedeco.javacpp.PointerScope;
import org.casdm.engine.PerceptualMetric;
import org.casdm.engine.libtorch.tensor.Faults;
import org.casdm.engine.libtorch.tensor.Target;
import org.casdm.lpips.LpipsSpec;
import org.casdm.lpips.LpipsWeights;

/** LPIPS between arrays of the Java heap. */
final class LibTorchMetric implements PerceptualMetric {

    private static final int COLOURS = 3;

    private final Target target;
    private final LibTorchLpips lpips;

    LibTorchMetric(LpipsSpec spec, LpipsWeights weights, Target target) {
        this.target = target;
        lpips = new LibTorchLpips(spec, weights, target);
    }

    @Override
    public double[] distances(float[] first, float[] second, int images, int height, int width) {
        target.use();
        try (var scope = new PointerScope()) {
            var layers = lpips.layerDistances(
                    target.uploadImages(first, 0, images, height, width, COLOURS),
                    target.uploadImages(second, 0, images, height, width, COLOURS));
            var values = new float[images];
            Target.download(layers.sum(0), values, 0);
            var distances = new double[images];
            for (int i = 0; i < images; i++) {
                distances[i] = values[i];
            }
            return distances;
        } catch (RuntimeException e) {
            throw Faults.translate(
                    e, target, "the distances of " + images + " pairs of images", "Compare fewer pairs at once");
        }
    }

    @Override
    public void close() {
        lpips.close();
    }
}
