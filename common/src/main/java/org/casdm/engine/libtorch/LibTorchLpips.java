package org.casdm.engine.libtorch;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.casdm.engine.libtorch.tensor.HostArrays;
import org.casdm.engine.libtorch.tensor.Target;
import org.casdm.engine.libtorch.tensor.Tensors;
import org.casdm.lpips.LpipsSpec;
import org.casdm.lpips.LpipsSpec.Resize;
import org.casdm.lpips.LpipsWeights;

/**
 * LPIPS on LibTorch, as {@link org.casdm.lpips.Lpips} computes it. Features are computed with products in the target's
 * type and compared in float32. Images are compared a few at a time, so that memory is bounded.
 */
final class LibTorchLpips implements AutoCloseable {

    /** Pixels of first images that are worked on together: with VGG they take about 75 MB in float32 on the CPU. */
    private static final long PIXELS_AT_ONCE_CPU = 1 << 16;

    private static final long PIXELS_AT_ONCE_GPU = 1 << 21;
    private static final int COLOURS = 3;
    // lpips' normalize_tensor adds it to the length of a feature vector.
    private static final double EPSILON = 1e-10;

    private final LpipsSpec spec;
    private final Target target;
    private final FeatureTrunk trunk;
    private final List<Tensor> lins = new ArrayList<>();
    private final Tensor shift;
    private final Tensor scale;

    LibTorchLpips(LpipsSpec spec, LpipsWeights weights, Target target) {
        if (weights.trunk() != spec.trunk()) {
            throw new IllegalArgumentException("Weights of " + weights.trunk() + " for " + spec.trunk());
        }
        this.spec = spec;
        this.target = target;
        trunk = new FeatureTrunk(weights, target);
        for (int slice = 0; slice < spec.trunk().slices().size(); slice++) {
            var lin = weights.lin(slice);
            lins.add(Tensors.owned(() -> HostArrays.upload(lin, target).view(1, lin.length(), 1, 1)));
        }
        shift = colours(LpipsSpec::shift);
        scale = colours(c -> 1 / LpipsSpec.scale(c));
    }

    private Tensor colours(IntToDoubleFunction ofColour) {
        var values = new float[COLOURS];
        for (int c = 0; c < COLOURS; c++) {
            values[c] = (float) ofColour.applyAsDouble(c);
        }
        return Tensors.owned(() -> target.upload(values, 0, 1, COLOURS, 1, 1));
    }

    /**
     * What a comparison gives.
     *
     * @param distances of each pair, [images], float32
     * @param gradient of the sum of the distances with respect to the first images
     */
    record Comparison(Tensor distances, Tensor gradient) {}

    /**
     * Distances and their gradient, of the scope around.
     *
     * @param first images [images, 3, height, width] in [-1, 1], float32
     * @param second as many of the same size
     */
    Comparison withGradient(Tensor first, Tensor second) {
        var distances = new ArrayList<Tensor>();
        var gradients = new ArrayList<Tensor>();
        long chunk = chunk(first);
        for (long from = 0; from < first.size(0); from += chunk) {
            long count = Math.min(chunk, first.size(0) - from);
            var leaf = first.narrow(0, from, count).detach();
            leaf.set_requires_grad(true);
            var others = second.narrow(0, from, count);
            distances.add(Tensors.kept(() -> {
                var ofPairs = total(slices(leaf, others));
                ofPairs.sum().backward();
                return ofPairs.detach();
            }));
            gradients.add(leaf.grad());
        }
        return new Comparison(join(distances), join(gradients));
    }

    /** What each slice of the trunk adds to the distances, [slices, images], without gradients. */
    Tensor layerDistances(Tensor first, Tensor second) {
        var parts = new ArrayList<Tensor>();
        long chunk = chunk(first);
        for (long from = 0; from < first.size(0); from += chunk) {
            long start = from;
            long count = Math.min(chunk, first.size(0) - from);
            parts.add(Tensors.withoutGradients(() ->
                    torch.stack(new TensorVector(slices(first.narrow(0, start, count), second.narrow(0, start, count))
                            .toArray(new Tensor[0])))));
        }
        return Tensors.concatenate(1, parts.toArray(new Tensor[0]));
    }

    private static Tensor join(List<Tensor> parts) {
        return Tensors.concatenate(0, parts.toArray(new Tensor[0]));
    }

    private static Tensor total(List<Tensor> slices) {
        return torch.stack(new TensorVector(slices.toArray(new Tensor[0]))).sum(0);
    }

    /** How many images to take at once: parts of equal size, as far as possible. */
    private long chunk(Tensor images) {
        long pixels = resizes(images) ? (long) Resize.SIDE * Resize.SIDE : images.size(2) * images.size(3);
        long most = Math.max(1, (target.isGpu() ? PIXELS_AT_ONCE_GPU : PIXELS_AT_ONCE_CPU) / pixels);
        long parts = (images.size(0) + most - 1) / most;
        return (images.size(0) + parts - 1) / parts;
    }

    private boolean resizes(Tensor images) {
        return spec.resize().applies(images.size(3));
    }

    /** Distances by slice, each [images]. Gradients flow into the first images only. */
    private List<Tensor> slices(Tensor first, Tensor second) {
        if (!resizes(first)) {
            spec.trunk().requireSize((int) first.size(2), (int) first.size(3));
        }
        var ofSecond = trunk.features(prepared(second));
        var ofFirst = trunk.features(prepared(first));
        var distances = new ArrayList<Tensor>();
        for (int slice = 0; slice < lins.size(); slice++) {
            var difference =
                    unit(ofFirst.get(slice)).sub(unit(ofSecond.get(slice))).square();
            distances.add(Tensors.mean(
                    difference.mul(lins.get(slice)).sum(new long[] {1}, true, new ScalarTypeOptional()), 1, 2, 3));
        }
        return distances;
    }

    private Tensor prepared(Tensor images) {
        var sized = resizes(images)
                ? torch.upsample_bilinear2d(
                        images,
                        new long[] {Resize.SIDE, Resize.SIDE},
                        false,
                        new DoubleOptional(),
                        new DoubleOptional())
                : images;
        return sized.sub(shift).mul(scale);
    }

    /** Features of length 1 at each position. Where all are 0, vector_norm's gradient is 0. */
    private static Tensor unit(Tensor features) {
        var values = features.to(ScalarType.Float);
        var length = torch.linalg_vector_norm(values, new Scalar(2.0), new long[] {1}, true, new ScalarTypeOptional());
        return values.div(length.add(Tensors.scalar(EPSILON)));
    }

    @Override
    public void close() {
        trunk.close();
        lins.forEach(Tensors::free);
        Tensors.free(shift, scale);
    }
}
