package org.casdm.lpips;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import org.casdm.lpips.LpipsSpec.Resize;
import org.casdm.network.nd4j.kernel.Arena;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * LPIPS, version 0.1, on ND4J: the perceptual distance of Zhang et al. 2018 (arXiv 1801.03924), as the program lpips
 * 0.1.4 computes it. Features of a frozen network are scaled to unit length at each position; their squared
 * differences, weighted by channel, are averaged over positions and summed over layers.
 *
 * <p>Many images are compared a few at a time, so that memory is bounded. What an instance allocates it uses again: one
 * thread at a time. The weights are shared with other instances.
 */
public final class Lpips implements AutoCloseable {

    /** Pixels of first (or second) images that are worked on together: with VGG they take about 150 MB in float32. */
    private static final long PIXELS_AT_ONCE = 1 << 16;

    /** Pairs that are compared together, without a gradient, where the images are small. */
    private static final int PAIRS_AT_ONCE = 4;

    private static final int COLOURS = 3;

    private final LpipsSpec spec;
    private final DataType dataType;
    private final Arena arena;
    private final FeatureKernels kernels;
    private final TrunkNetwork network;
    private long[] lastShape;
    private BilinearResize lastResize;

    /**
     * @param spec which LPIPS
     * @param weights those of the spec's trunk
     * @param threads host threads for the arithmetic around the convolutions
     */
    public Lpips(LpipsSpec spec, LpipsWeights weights, int threads) {
        if (weights.trunk() != spec.trunk()) {
            throw new IllegalArgumentException("Weights of " + weights.trunk() + " for " + spec.trunk());
        }
        this.spec = spec;
        dataType = weights.dataType();
        arena = new Arena(dataType);
        kernels = FeatureKernels.of(dataType, threads);
        network = new TrunkNetwork(weights, kernels, arena);
    }

    /** Which LPIPS this is. */
    public LpipsSpec spec() {
        return spec;
    }

    /** The type of number that is computed with. */
    public DataType dataType() {
        return dataType;
    }

    /** The distance of each pair; arguments as {@link #forward}'s. */
    public double[] distance(INDArray first, INDArray second) {
        return forward(first, second, false).distances();
    }

    /**
     * Compares images pairwise.
     *
     * @param first images in [-1, 1], [images, height, width, 3]
     * @param second as many of the same size
     * @param withGradient whether the gradient with respect to the first images will be asked for; the second get none
     * @throws IllegalArgumentException if the shapes do not fit or the images are too small for the trunk
     */
    public LpipsResult forward(INDArray first, INDArray second, boolean withGradient) {
        check(first, second);
        int images = (int) first.size(0);
        long height = first.size(1);
        long width = first.size(2);
        boolean resized = spec.resize().applies(width);
        int chunk = chunk(images, withGradient, resized ? Resize.SIDE * Resize.SIDE : height * width);
        // Of a pass that failed.
        arena.abandonTaken();
        prepare(first, chunk, resized);
        var gradient = withGradient ? Nd4j.createUninitialized(dataType, first.shape()) : null;
        var distances = new double[spec.trunk().slices().size()][images];
        for (int from = 0; from < images; from += chunk) {
            int to = Math.min(from + chunk, images);
            int pairsOfPass = withGradient ? to - from : chunk;
            var pairs = arena.take(
                    2L * pairsOfPass, resized ? Resize.SIDE : height, resized ? Resize.SIDE : width, COLOURS);
            if (pairsOfPass > to - from) {
                pairs.assign(0);
            }
            put(first, from, to, FeatureViews.images(pairs, 0, to - from));
            put(second, from, to, FeatureViews.images(pairs, pairsOfPass, (long) pairsOfPass + to - from));
            scale(pairs);
            var comparison = network.compare(pairs, withGradient);
            for (int slice = 0; slice < distances.length; slice++) {
                System.arraycopy(comparison.distances()[slice], 0, distances[slice], from, to - from);
            }
            if (withGradient) {
                takeGradient(comparison.gradient(), FeatureViews.images(gradient, from, to));
            }
        }
        return new LpipsResult(distances, gradient);
    }

    private void check(INDArray first, INDArray second) {
        if (first.rank() != 4 || first.size(3) != COLOURS || first.isEmpty()) {
            throw new IllegalArgumentException(
                    "LPIPS compares images [images, height, width, 3], not " + Arrays.toString(first.shape()));
        }
        if (!Arrays.equals(first.shape(), second.shape())) {
            throw new IllegalArgumentException("LPIPS compares images of the same shape, not "
                    + Arrays.toString(first.shape()) + " and " + Arrays.toString(second.shape()));
        }
        if (!spec.resize().applies(first.size(2))) {
            spec.trunk().requireSize((int) first.size(1), (int) first.size(2));
        }
    }

    /**
     * How many images to take at once: with a gradient parts of equal size, as far as possible. Without, always as many
     * of one size: oneDNN chooses its code by the number of images, and with it the order of sums, and a distance must
     * not depend on what is compared beside it.
     */
    private static int chunk(int images, boolean withGradient, long pixels) {
        int most = (int) Math.max(1, PIXELS_AT_ONCE / pixels);
        if (!withGradient) {
            return Math.min(most, PAIRS_AT_ONCE);
        }
        int parts = (images + most - 1) / most;
        return (images + parts - 1) / parts;
    }

    /** Lets go of memory in other sizes when the size of the images changes. */
    private void prepare(INDArray images, int chunk, boolean resized) {
        long[] shape = {chunk, images.size(1), images.size(2)};
        if (Arrays.equals(shape, lastShape)) {
            return;
        }
        arena.close();
        lastShape = shape;
        lastResize = resized
                ? new BilinearResize(
                        (int) images.size(1), (int) images.size(2), COLOURS, Resize.SIDE, Resize.SIDE, dataType)
                : null;
    }

    private void put(INDArray images, int from, int to, INDArray target) {
        var part = FeatureViews.images(images, from, to);
        if (lastResize == null) {
            target.assign(part);
        } else {
            lastResize.apply(part.castTo(dataType).dup('c'), target);
        }
    }

    /** (x - shift) / scale, in place. */
    private void scale(INDArray images) {
        int width = (int) images.size(2);
        var rows = images.reshape('c', images.size(0) * images.size(1), (long) width * COLOURS);
        rows.muliRowVector(row(width, c -> 1 / LpipsSpec.scale(c)));
        rows.addiRowVector(row(width, c -> -LpipsSpec.shift(c) / LpipsSpec.scale(c)));
    }

    private INDArray row(int width, IntToDoubleFunction ofColour) {
        var values = new double[width * COLOURS];
        Arrays.setAll(values, i -> ofColour.applyAsDouble(i % COLOURS));
        return Nd4j.createFromArray(values).castTo(dataType);
    }

    private void takeGradient(INDArray gradient, INDArray target) {
        int width = (int) gradient.size(2);
        gradient.reshape('c', gradient.size(0) * gradient.size(1), (long) width * COLOURS)
                .muliRowVector(row(width, c -> 1 / LpipsSpec.scale(c)));
        if (lastResize == null) {
            target.assign(gradient);
        } else {
            lastResize.applyBackward(gradient, target);
        }
        arena.release(gradient);
    }

    /** Memory that features and gradients take, in bytes. */
    public long arenaBytes() {
        return arena.allocatedBytes();
    }

    /** Frees threads and memory; the weights stay. */
    @Override
    public void close() {
        arena.close();
        kernels.close();
    }
}
