package org.casdm.sampling;

import java.io.Serializable;
import java.util.Objects;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.cascade.ModelSpec;
import org.casdm.diffusion.LogVarianceRange;
import org.casdm.diffusion.RespacedSchedule;
import org.casdm.diffusion.Respacing;
import org.casdm.diffusion.ReverseProcess.Variance;
import org.casdm.diffusion.VariationalBound;
import org.casdm.engine.Arithmetic;
import org.casdm.engine.Device;
import org.casdm.engine.Engine;
import org.casdm.network.nd4j.kernel.Parallel;
import org.casdm.sampling.SamplerSettings.Estimator;

/**
 * The variational bound on an image's negative log-likelihood in bits per dimension, term by term, as improved-diffusion's
 * {@code calc_bpd_loop} computes it (Nichol and Dhariwal, arXiv 2102.09672, section 2.2): each term from one noisy image.
 *
 * <p>Of a cascade it is the bound of the process that samples are drawn with: the mean of its steps follows from the
 * blended estimate, a learned variance from θ. Networks compute in their engine's precision, all else in double. One
 * thread at a time.
 */
public final class BitsPerDimension implements AutoCloseable {

    private final ModelSpec model;
    private final int size;
    private final Settings settings;
    private final RespacedSchedule respaced;
    private final X0Estimator estimator;
    private final VariationalBound bound;
    private final Parallel parallel;

    /**
     * What the bound is of.
     *
     * @param respacing the timesteps of the process, as {@link Respacing} reads them; "" for all
     * @param variance of the reverse steps
     * @param estimator whose estimate of x_0 the steps follow
     * @param clip whether that estimate is clipped to [-1, 1]
     * @param seed of the noise
     */
    public record Settings(String respacing, Variance variance, Estimator estimator, boolean clip, long seed)
            implements Serializable {

        public Settings {
            Respacing.parse(respacing);
            Objects.requireNonNull(variance);
            Objects.requireNonNull(estimator);
        }
    }

    /**
     * The bound of some images: bits per dimension, and means of squares.
     *
     * @param prior the term that no network changes, [image]
     * @param bound L_t, [image][respaced step]
     * @param imageError of the estimate of x_0, [image][respaced step]
     * @param noiseError of the noise that follows from it, [image][respaced step]
     * @param thetaError of θ's estimate of x_0, clipped as the blended one, [image][respaced step]; no steps where there is
     *        no second estimate
     * @param phiError of the second estimate, x_0^φ, clipped likewise
     * @param blendWeight the mean of r over the pixels
     */
    public record Terms(
            double[] prior,
            double[][] bound,
            double[][] imageError,
            double[][] noiseError,
            double[][] thetaError,
            double[][] phiError,
            double[][] blendWeight) {

        /** The whole bound of an image. */
        public double total(int image) {
            double sum = prior[image];
            for (double term : bound[image]) {
                sum += term;
            }
            return sum;
        }
    }

    /**
     * @param parameters the model's flat vector, θ before φ; has to outlive this
     * @param size width and height of the images in pixels
     * @throws IllegalArgumentException if the vector does not fit the model, the respacing its schedule, or the variance
     *         is to be a learned one that the model does not have
     */
    public BitsPerDimension(
            Engine engine,
            Device device,
            Arithmetic arithmetic,
            ModelSpec model,
            FloatPointer parameters,
            int size,
            Settings settings) {
        this.model = model;
        this.size = size;
        this.settings = settings;
        var method = new SamplingMethod.Ddpm(settings.variance());
        method.requireOf(model);
        respaced = Respacing.parse(settings.respacing()).apply(model.schedule());
        bound = new VariationalBound(respaced.schedule());
        estimator = new X0Estimator(
                engine,
                device,
                arithmetic,
                model,
                parameters,
                size,
                new SamplerSettings(
                        settings.respacing(), method, settings.estimator(), settings.clip(), settings.seed()));
        parallel = new Parallel(arithmetic.threads());
    }

    /** The number of terms, but for the prior. */
    public int steps() {
        return respaced.steps();
    }

    /** The number of terms whose estimate has a second one in it: all, or none. */
    public int blendedSteps() {
        return estimator.refines() ? steps() : 0;
    }

    /** The timestep of the model's schedule that a term belongs to. */
    public int timestep(int step) {
        return respaced.originalTimestep(step);
    }

    /**
     * As the other {@code compute}, with the noise that belongs to the images.
     *
     * @param firstIndex number of the first image
     */
    public Terms compute(float[] x0, long firstIndex, int[] labels) {
        var noise = new ImageNoise(settings.seed());
        int length = size * size * model.colours();
        return compute(
                x0,
                (step, target) -> {
                    for (int i = 0; i < target.length / length; i++) {
                        noise.ofStep(step, firstIndex + i, target, i * length, length);
                    }
                },
                labels);
    }

    /**
     * Computes the bound of a batch.
     *
     * @param x0 images whose values are 256 levels in [-1, 1], [images, size, size, channels]
     * @param noise of the noisy image of each step
     * @param labels a class label for each image, null for a model without classes
     * @throws SamplingException if a network's output is not finite
     */
    public Terms compute(float[] x0, StepNoise noise, int[] labels) {
        int length = size * size * model.colours();
        int images = x0.length / length;
        var terms = new Terms(
                new double[images],
                new double[images][steps()],
                new double[images][steps()],
                new double[images][steps()],
                new double[images][blendedSteps()],
                new double[images][blendedSteps()],
                new double[images][blendedSteps()]);
        parallel.forEach(images, image -> {
            for (int i = image * length; i < (image + 1) * length; i++) {
                terms.prior()[image] += bound.prior(x0[i]) / length;
            }
        });
        var fresh = new float[x0.length];
        var xt = new float[x0.length];
        for (int step = steps() - 1; step >= 0; step--) {
            noise.fill(step, fresh);
            float signal = (float) respaced.schedule().sqrtAlphaBar(step);
            float ofNoise = (float) respaced.schedule().sqrtOneMinusAlphaBar(step);
            for (int i = 0; i < xt.length; i++) {
                xt[i] = signal * x0[i] + ofNoise * fresh[i];
            }
            var estimate = estimator.estimate(
                    xt, images, timestep(step), respaced.schedule().alphaBar(step), labels);
            int at = step;
            parallel.forEach(images, image -> add(terms, at, image, length, x0, xt, fresh, estimate));
        }
        return terms;
    }

    private void add(
            Terms terms,
            int step,
            int image,
            int length,
            float[] x0,
            float[] xt,
            float[] noise,
            X0Estimator.Estimate estimate) {
        var schedule = respaced.schedule();
        var range = LogVarianceRange.of(schedule, step);
        double fixed = switch (settings.variance()) {
            case FIXED_SMALL -> range.smallest();
            // improved-diffusion's, for a better likelihood of the last step.
            case FIXED_LARGE -> step == 0 ? range.smallest() : range.largest();
            case LEARNED -> Double.NaN;
        };
        var v = settings.variance() == Variance.LEARNED ? estimate.variance().orElseThrow() : null;
        double ofXt = schedule.sqrtRecipAlphaBar(step);
        double ofNoise = schedule.sqrtRecipMinusOneAlphaBar(step);
        double bits = 0;
        double ofImage = 0;
        double ofItsNoise = 0;
        for (int i = image * length; i < (image + 1) * length; i++) {
            double found = estimate.x0()[i];
            double logVariance = v == null ? fixed : range.at(v[i]);
            bits += bound.term(step, x0[i], xt[i], found, logVariance).bits();
            double error = found - x0[i];
            ofImage += error * error;
            double noiseError = (ofXt * xt[i] - found) / ofNoise - noise[i];
            ofItsNoise += noiseError * noiseError;
        }
        terms.bound()[image][step] = bits / length;
        terms.imageError()[image][step] = ofImage / length;
        terms.noiseError()[image][step] = ofItsNoise / length;
        estimate.refinement().ifPresent(second -> {
            terms.thetaError()[image][step] = error(estimate.x0Theta(), x0, image, length);
            terms.phiError()[image][step] = error(second.x0(), x0, image, length);
            int pixels = size * size;
            double weights = 0;
            for (int i = image * pixels; i < (image + 1) * pixels; i++) {
                weights += second.weight()[i];
            }
            terms.blendWeight()[image][step] = weights / pixels;
        });
    }

    /** The mean squared error of an image's estimate, clipped as the blended one is. */
    private double error(float[] estimates, float[] x0, int image, int length) {
        double sum = 0;
        for (int i = image * length; i < (image + 1) * length; i++) {
            double error = (settings.clip() ? Math.max(-1, Math.min(1, estimates[i])) : estimates[i]) - x0[i];
            sum += error * error;
        }
        return sum / length;
    }

    /** Frees threads and native memory; the parameters stay. */
    @Override
    public void close() {
        parallel.close();
        estimator.close();
    }
}
