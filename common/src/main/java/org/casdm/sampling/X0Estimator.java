package org.casdm.sampling;

import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.cascade.ModelSpec;
import org.casdm.cascade.ModelSpec.Kind;
import org.casdm.diffusion.EstimateWeights;
import org.casdm.engine.Arithmetic;
import org.casdm.engine.Denoiser;
import org.casdm.engine.Device;
import org.casdm.engine.Engine;
import org.casdm.network.UNetParameters;
import org.casdm.network.UNetSpec;
import org.casdm.network.nd4j.kernel.Parallel;
import org.casdm.sampling.SamplerSettings.Estimator;
import org.casdm.sampling.StepListener.Refinement;

/**
 * A model's estimate of x_0 from x_t: its networks, and the formulas around them in float32 on the host.
 *
 * <p>x̂_0 = (x_t - √(1-ᾱ_t) ε_θ) / √ᾱ_t, or its blend r x_0^φ + (1-r) x̂_0 with the second estimate. Arrays are [images,
 * height, width, channels]. One thread at a time.
 */
final class X0Estimator implements AutoCloseable {

    private final ModelSpec model;
    private final int size;
    private final int colours;
    private final boolean refines;
    private final boolean clip;
    private final Parallel parallel;
    private final Denoiser theta;
    /** Null where only θ is used. */
    private final Denoiser phi;

    private final Guidance guidance;

    private Buffers buffers;

    /**
     * The estimate of a batch; the arrays are used again by the next one.
     *
     * @param x0Theta x̂_0 as φ sees it and as the blend takes it
     * @param refinement what the second estimate adds, if it is used
     * @param x0 the estimate that a sampler follows
     * @param variance v, what a θ that has learned the variance says of it; see
     *        {@link org.casdm.diffusion.LogVarianceRange}
     */
    record Estimate(float[] x0Theta, Optional<Refinement> refinement, float[] x0, Optional<float[]> variance) {}

    /** Arrays of a number of images. */
    private record Buffers(
            int images,
            float[] theta,
            float[] phiInput,
            float[] phi,
            float[] x0Theta,
            Refinement second,
            float[] x0,
            float[] variance) {}

    /**
     * @param parameters the model's flat vector, θ before φ; has to outlive the estimator
     * @param size width and height of the images in pixels
     * @throws IllegalArgumentException if the vector does not fit the model
     */
    X0Estimator(
            Engine engine,
            Device device,
            Arithmetic arithmetic,
            ModelSpec model,
            FloatPointer parameters,
            int size,
            SamplerSettings settings) {
        this.model = model;
        this.size = size;
        colours = model.colours();
        refines = settings.estimator() == Estimator.CASCADE && model.kind() != Kind.DDPM;
        clip = settings.clip();
        guidance = settings.guidance();
        long thetaLength = UNetParameters.of(model.theta()).length();
        long phiLength =
                model.phi().map(spec -> UNetParameters.of(spec).length()).orElse(0L);
        if (parameters.limit() != thetaLength + phiLength) {
            throw new IllegalArgumentException(
                    "The model has " + (thetaLength + phiLength) + " parameters, the vector " + parameters.limit());
        }
        theta = engine.denoiser(model.theta(), part(parameters, 0, thetaLength), device, arithmetic);
        phi = refines && model.phi().isPresent()
                ? engine.denoiser(model.phi().get(), part(parameters, thetaLength, phiLength), device, arithmetic)
                : null;
        parallel = new Parallel(arithmetic.threads());
    }

    /** Whether estimates have a second one in them. */
    boolean refines() {
        return refines;
    }

    private static FloatPointer part(FloatPointer vector, long from, long length) {
        return vector.getPointer(from).capacity(length);
    }

    /**
     * Estimates x_0.
     *
     * @param xt noisy images; left as they are
     * @param images how many
     * @param timestep of the model's schedule
     * @param alphaBar ᾱ at that timestep
     * @param labels a class label for each image, null for a model without classes
     * @throws SamplingException if a network's output is not finite
     */
    Estimate estimate(float[] xt, int images, double timestep, double alphaBar, int[] labels) {
        if (buffers == null || buffers.images() != images) {
            buffers = allocate(images);
        }
        var arrays = buffers;
        double seen = timestep * model.timestepFactor();
        boolean dual = model.kind() == Kind.DUAL;
        guided(theta, xt, images, seen, labels, arrays.theta(), guidance.theta(alphaBar), dual ? 2 * colours : colours);
        checkFinite("first", arrays.theta(), images, timestep);
        forEachImage(images, (from, to) -> estimate(xt, arrays, alphaBar, from, to));
        if (phi != null) {
            if (model.phiSeesXt()) {
                forEachImage(images, (from, to) -> join(arrays.x0Theta(), xt, arrays.phiInput(), from, to));
            }
            guided(phi, arrays.phiInput(), images, seen, labels, arrays.phi(), guidance.phi(alphaBar), colours);
            checkFinite("second", arrays.phi(), images, timestep);
        }
        if (refines) {
            forEachImage(images, (from, to) -> refine(arrays, from, to));
        }
        forEachImage(images, (from, to) -> follow(arrays, from, to));
        return new Estimate(
                arrays.x0Theta(),
                Optional.ofNullable(arrays.second()),
                arrays.x0(),
                Optional.ofNullable(arrays.variance()));
    }

    /** A network's output, its first channels guided. */
    private void guided(
            Denoiser network,
            float[] input,
            int images,
            double seen,
            int[] labels,
            float[] output,
            double scale,
            int channels) {
        network.forward(input, images, size, seen, labels, output);
        if (scale == 1) {
            return;
        }
        var none = new int[images];
        Arrays.fill(none, guidance.nullLabel());
        var other = new float[output.length];
        network.forward(input, images, size, seen, none, other);
        int outputs = output.length / (images * size * size);
        float weight = (float) scale;
        forEachImage(images, (from, to) -> {
            for (int pixel = from; pixel < to; pixel++) {
                for (int i = pixel * outputs; i < pixel * outputs + channels; i++) {
                    output[i] = other[i] + weight * (output[i] - other[i]);
                }
            }
        });
    }

    private Buffers allocate(int images) {
        int pixels = Math.multiplyExact(images, size * size);
        int values = Math.multiplyExact(pixels, colours);
        var x0Theta = new float[values];
        return new Buffers(
                images,
                new float[Math.multiplyExact(pixels, model.theta().outputChannels())],
                phi != null && model.phiSeesXt() ? new float[Math.multiplyExact(2, values)] : x0Theta,
                phi == null
                        ? null
                        : new float
                                [Math.multiplyExact(
                                        pixels,
                                        model.phi()
                                                .map(UNetSpec::outputChannels)
                                                .orElseThrow())],
                x0Theta,
                refines ? new Refinement(new float[values], new float[pixels]) : null,
                new float[values],
                model.learnsVariance() ? new float[values] : null);
    }

    /** Part of a loop over pixels, from one (included) to another (excluded). */
    private interface Pixels {
        void accept(int from, int to);
    }

    /** An image's pixels at a time, so that the result does not depend on the number of threads. */
    private void forEachImage(int images, Pixels body) {
        int area = size * size;
        parallel.forEach(images, image -> body.accept(image * area, (image + 1) * area));
    }

    /** Clipping makes a finite number of one that is not: images would be white without a reason given. */
    private void checkFinite(String network, float[] output, int images, double timestep) {
        int channels = output.length / (images * size * size);
        forEachImage(images, (from, to) -> {
            boolean finite = true;
            for (int i = from * channels; i < to * channels; i++) {
                finite &= Math.abs(output[i]) <= Float.MAX_VALUE;
            }
            if (!finite) {
                throw new SamplingException("The " + network + " network's output at timestep " + Math.round(timestep)
                        + " is not finite (NaN or infinite): no image can be drawn from these parameters. Draw from an"
                        + " earlier checkpoint, or from another moving average of this one");
            }
        });
    }

    /** x̂_0 as φ sees it, and as the blend takes it. */
    private void estimate(float[] xt, Buffers arrays, double alphaBar, int from, int to) {
        var weights = EstimateWeights.of(alphaBar);
        float ofXt = (float) weights.xt();
        float ofEpsilon = (float) weights.epsilon();
        int outputs = model.theta().outputChannels();
        boolean clips = refines && model.clip();
        var epsilon = arrays.theta();
        var result = arrays.x0Theta();
        for (int pixel = from; pixel < to; pixel++) {
            for (int colour = 0; colour < colours; colour++) {
                int i = pixel * colours + colour;
                float value = xt[i] * ofXt - epsilon[pixel * outputs + colour] * ofEpsilon;
                result[i] = clips ? clipped(value) : value;
            }
            if (arrays.variance() != null) {
                System.arraycopy(epsilon, pixel * outputs + colours, arrays.variance(), pixel * colours, colours);
            }
        }
    }

    private void join(float[] first, float[] second, float[] joined, int from, int to) {
        for (int pixel = from; pixel < to; pixel++) {
            for (int colour = 0; colour < colours; colour++) {
                joined[2 * pixel * colours + colour] = first[pixel * colours + colour];
                joined[(2 * pixel + 1) * colours + colour] = second[pixel * colours + colour];
            }
        }
    }

    /** x_0 and the sigmoid of r's logit, from the output of φ or, after ε, of the single network. */
    private void refine(Buffers arrays, int from, int to) {
        var output = phi == null ? arrays.theta() : arrays.phi();
        int start = phi == null ? colours : 0;
        int outputs = start + colours + 1;
        var second = arrays.second();
        for (int pixel = from; pixel < to; pixel++) {
            int at = pixel * outputs + start;
            System.arraycopy(output, at, second.x0(), pixel * colours, colours);
            second.weight()[pixel] = (float) (1 / (1 + Math.exp(-output[at + colours])));
        }
    }

    private void follow(Buffers arrays, int from, int to) {
        var second = arrays.second();
        for (int pixel = from; pixel < to; pixel++) {
            for (int colour = 0; colour < colours; colour++) {
                int i = pixel * colours + colour;
                float estimate = arrays.x0Theta()[i];
                float value =
                        second == null ? estimate : (second.x0()[i] - estimate) * second.weight()[pixel] + estimate;
                arrays.x0()[i] = clip ? clipped(value) : value;
            }
        }
    }

    private static float clipped(float value) {
        return Math.max(-1, Math.min(1, value));
    }

    /** Frees threads and native memory; the parameters stay. */
    @Override
    public void close() {
        parallel.close();
        theta.close();
        if (phi != null) {
            phi.close();
        }
    }
}
