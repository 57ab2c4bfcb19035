package org.casdm.sampling;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.casdm.cascade.ModelSpec;
import org.casdm.cascade.ModelSpec.Kind;
import org.casdm.data.picture.Pixels;
import org.casdm.diffusion.RespacedSchedule;
import org.casdm.diffusion.Respacing;
import org.casdm.diffusion.ReverseProcess;
import org.casdm.network.UNetParameters;
import org.casdm.network.nd4j.Arena;
import org.casdm.network.nd4j.Nd4jUNet;
import org.casdm.sampling.SamplerSettings.Estimator;
import org.casdm.sampling.StepListener.Refinement;
import org.casdm.sampling.StepListener.State;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Draws images from a model, a batch at a time.
 *
 * <p>Every step estimates x_0 and then combines it with x_t and fresh noise as {@link ReverseProcess} says. The estimate
 * is x̂_0 = (x_t - √(1-ᾱ_t) ε_θ) / √ᾱ_t, or its blend r x_0^φ + (1-r) x̂_0 with the second estimate. All images of a
 * batch share the timestep, so all coefficients are scalars.
 *
 * <p>An image depends on seed, number and label, not on the images drawn with it: with one host thread it is the same
 * to the last bit whatever the batch. With several, or on a card, matrix products may divide their sums by the batch's
 * size, so that floats agree but for their last bits and, rarely, a byte is one off. Memory is kept for the next batch
 * of the same size; draw in batches of one size. One thread at a time.
 */
public final class Sampler implements AutoCloseable {

    private final ModelSpec model;
    private final int size;
    private final int colours;
    private final boolean refines;
    private final boolean clip;
    private final ImageNoise imageNoise;
    private final RespacedSchedule respaced;
    private final ReverseProcess process;
    private final Nd4jUNet theta;
    /** Null where θ is used alone. */
    private final Nd4jUNet phi;

    private final Arena arena;

    /**
     * @param model the model
     * @param parameters its flat vector, θ before φ; used in place, so that later changes show
     * @param size width and height of the images in pixels
     * @param settings how to draw
     * @param threads host threads for the arithmetic around the matrix products
     * @throws IllegalArgumentException if the vector does not fit the model, or the respacing its schedule
     */
    public Sampler(ModelSpec model, INDArray parameters, int size, SamplerSettings settings, int threads) {
        this.model = model;
        this.size = size;
        colours = model.colours();
        refines = settings.estimator() == Estimator.CASCADE && model.kind() != Kind.DDPM;
        clip = settings.clip();
        imageNoise = new ImageNoise(settings.seed());
        respaced = Respacing.parse(settings.respacing()).apply(model.schedule());
        process = settings.method().process(respaced);
        long thetaLength = UNetParameters.of(model.theta()).length();
        long phiLength =
                model.phi().map(spec -> UNetParameters.of(spec).length()).orElse(0L);
        if (parameters.length() != thetaLength + phiLength) {
            throw new IllegalArgumentException(
                    "The model has " + (thetaLength + phiLength) + " parameters, the vector " + parameters.length());
        }
        var flat = parameters.reshape(parameters.length());
        theta = new Nd4jUNet(model.theta(), flat.get(NDArrayIndex.interval(0, thetaLength)), null, threads);
        phi = refines && model.phi().isPresent()
                ? new Nd4jUNet(
                        model.phi().get(), flat.get(NDArrayIndex.interval(thetaLength, flat.length())), null, threads)
                : null;
        arena = new Arena(parameters.dataType());
    }

    /** The number of steps from noise to an image. */
    public int steps() {
        return process.steps();
    }

    /** As the other {@code sample}, from the noise that belongs to the images. */
    public byte[] sample(long firstIndex, int count, int[] labels) {
        return sample(imageNoise::initial, firstIndex, count, labels, StepListener.NONE);
    }

    /**
     * Draws images {@code firstIndex} to {@code firstIndex + count - 1} in one batch.
     *
     * @param start gives each image's x_T
     * @param labels a class label for each, null for a model without classes
     * @param listener watches the steps
     * @throws SamplingException if a network's output is not finite
     * @return count × height × width × channels unsigned bytes
     */
    public byte[] sample(InitialNoise start, long firstIndex, int count, int[] labels, StepListener listener) {
        int imageLength = Math.multiplyExact(size * size, colours);
        var values = new float[Math.multiplyExact(imageLength, count)];
        var initial = Nd4j.createUninitialized(arena.dataType(), count, size, size, colours);
        for (int i = 0; i < count; i++) {
            start.fill(firstIndex + i, values, i * imageLength, imageLength);
        }
        copy(values, initial);
        StepNoise stepNoise = (step, target) -> {
            for (int i = 0; i < count; i++) {
                imageNoise.ofStep(step, firstIndex + i, values, i * imageLength, imageLength);
            }
            copy(values, target);
        };
        try (var images = sample(initial, stepNoise, labels, listener)) {
            var bytes = new byte[values.length];
            Pixels.toBytes(FloatBuffer.wrap(images.data().asFloat()), bytes, 0, bytes.length);
            return bytes;
        } finally {
            initial.close();
        }
    }

    private static void copy(float[] values, INDArray target) {
        try (var source = Nd4j.createFromArray(values)) {
            target.assign(source.reshape('c', target.shape()));
        }
    }

    /**
     * Turns given noise into images.
     *
     * @param initial x_T, [images, size, size, channels]; left as it is
     * @param noise of the steps
     * @param labels a class label for each image, null for a model without classes
     * @param listener watches the steps
     * @throws SamplingException if a network's output is not finite
     * @return the images, about [-1, 1], of the same shape; the caller's own
     */
    public INDArray sample(INDArray initial, StepNoise noise, int[] labels, StepListener listener) {
        check(initial, labels);
        var x = initial.dup('c');
        var shape = x.shape();
        var timesteps = arena.take(shape[0], 1);
        var classes = labels == null
                ? null
                : Nd4j.createFromArray(labels).castTo(DataType.INT).reshape(shape[0], 1);
        var estimate = arena.take(shape);
        var scratch = arena.take(shape);
        for (int step = process.steps() - 1; step >= 0; step--) {
            var weights = process.step(step);
            timesteps.assign(weights.timestep() * model.timestepFactor());
            var output = theta.forward(x, timesteps, classes, false);
            checkFinite("first", output, weights.timestep());
            estimate(x, channels(output, 0), step, estimate, scratch);
            var blend = scratch;
            Optional<Refinement> refinement = Optional.empty();
            if (phi != null) {
                output = phiOutput(estimate, x, timesteps, classes);
                checkFinite("second", output, weights.timestep());
            }
            if (refines) {
                refinement = Optional.of(refinement(output, phi == null ? colours : 0));
                blend(estimate, refinement.get(), blend);
            } else {
                blend.assign(estimate);
            }
            if (clip) {
                clip(blend);
            }
            listener.onStep(new State(step, weights.timestep(), x, estimate, refinement, blend));
            refinement.ifPresent(used -> arena.release(used.weight()));

            x.muli(weights.currentWeight()).addi(blend.muli(weights.estimateWeight()));
            if (weights.noiseScale() > 0) {
                noise.fill(step, scratch);
                x.addi(scratch.muli(weights.noiseScale()));
            }
        }
        arena.release(timesteps);
        arena.release(estimate);
        arena.release(scratch);
        return x;
    }

    private void check(INDArray initial, int[] labels) {
        if (initial.rank() != 4
                || initial.size(1) != size
                || initial.size(2) != size
                || initial.size(3) != colours
                || initial.dataType() != arena.dataType()) {
            throw new IllegalArgumentException("The sampler takes [images, " + size + ", " + size + ", " + colours
                    + "] of " + arena.dataType() + ", not " + Arrays.toString(initial.shape()) + " of "
                    + initial.dataType());
        }
        int classes = model.theta().classes();
        if (classes > 0 && (labels == null || labels.length != initial.size(0))) {
            throw new IllegalArgumentException("The model has " + classes + " classes: give a label for each of "
                    + initial.size(0) + " images, not " + (labels == null ? "none" : labels.length));
        }
        if (classes == 0 && labels != null) {
            throw new IllegalArgumentException("The model has no classes: it takes no labels");
        }
    }

    /** Clipping makes a finite number of one that is not: images would be white, and nobody would know why. */
    private static void checkFinite(String network, INDArray output, int timestep) {
        // One pass, where the values are: the sum is finite only if each of them is.
        if (!Double.isFinite(output.sumNumber().doubleValue())) {
            throw new SamplingException(String.format(
                    Locale.ROOT,
                    "The %s network's output at timestep %d is not finite (NaN or infinite): no "
                            + "image can be drawn from these parameters. Draw from an earlier checkpoint, or from another "
                            + "moving average of this one",
                    network,
                    timestep));
        }
    }

    /** x̂_0 as φ sees it, and as the blend takes it. */
    private void estimate(INDArray x, INDArray epsilon, int step, INDArray estimate, INDArray scratch) {
        var schedule = respaced.schedule();
        scratch.assign(epsilon).muli(schedule.sqrtRecipMinusOneAlphaBar(step));
        estimate.assign(x).muli(schedule.sqrtRecipAlphaBar(step)).subi(scratch);
        if (refines && model.clip()) {
            clip(estimate);
        }
    }

    private INDArray phiOutput(INDArray estimate, INDArray x, INDArray timesteps, INDArray classes) {
        if (!model.phiSeesXt()) {
            return phi.forward(estimate, timesteps, classes, false);
        }
        var joined = arena.take(x.size(0), size, size, 2L * colours);
        channels(joined, 0).assign(estimate);
        channels(joined, colours).assign(x);
        var output = phi.forward(joined, timesteps, classes, false);
        arena.release(joined);
        return output;
    }

    /** x_0 and the sigmoid of r's logit, which stand in a network's output from a channel on. */
    private Refinement refinement(INDArray output, int from) {
        var weight = arena.take(output.size(0), size, size, 1);
        weight.assign(channels(output, from + colours, 1));
        return new Refinement(channels(output, from), Transforms.sigmoid(weight, false));
    }

    private static void blend(INDArray estimate, Refinement refinement, INDArray result) {
        result.assign(refinement.x0()).subi(estimate).muli(refinement.weight()).addi(estimate);
    }

    private INDArray channels(INDArray array, int from) {
        return channels(array, from, colours);
    }

    private static INDArray channels(INDArray array, int from, int count) {
        return array.get(
                NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(from, from + count));
    }

    private static void clip(INDArray array) {
        Transforms.max(Transforms.min(array, 1, false), -1, false);
    }

    /** Frees threads and native memory; the parameters stay. */
    @Override
    public void close() {
        theta.close();
        if (phi != null) {
            phi.close();
        }
        arena.close();
    }
}
