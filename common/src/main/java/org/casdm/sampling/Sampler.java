package org.casdm.sampling;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.cascade.ModelSpec;
import org.casdm.data.picture.Pixels;
import org.casdm.engine.Arithmetic;
import org.casdm.engine.Device;
import org.casdm.engine.Engine;

/**
 * Draws images from a model, a batch at a time.
 *
 * <p>A {@link Solver} goes from noise to images, step by step, over estimates of x_0 ({@link X0Estimator}). All images of a batch share the timestep, so all coefficients are scalars. An engine
 * computes the networks; everything around them is float32 on the host, the same for every engine.
 *
 * <p>An image depends on seed, number and label, not on the images drawn with it: with ND4J on one processor it is the
 * same to the last bit whatever the batch and the number of threads. With LibTorch, or on a GPU, matrix products may
 * divide their sums by the batch's size, so that floats agree but for their last bits and, rarely, a byte is one off. Memory is kept for the next batch
 * of the same size; draw in batches of one size. One thread at a time.
 */
public final class Sampler implements AutoCloseable {

    private final ModelSpec model;
    private final int size;
    private final int imageLength;
    private final ImageNoise imageNoise;
    private final Solver solver;
    private final X0Estimator estimator;

    /**
     * @param engine computes the networks
     * @param device where; see {@link Engine#devices()}
     * @param arithmetic how; its threads share the arithmetic around the networks too
     * @param model the model
     * @param parameters its flat vector, θ before φ; has to outlive the sampler
     * @param size width and height of the images in pixels
     * @param settings how to draw
     * @throws IllegalArgumentException if the vector does not fit the model, the respacing its schedule, or the variance
     *         is to be a learned one that the model does not have
     */
    public Sampler(
            Engine engine,
            Device device,
            Arithmetic arithmetic,
            ModelSpec model,
            FloatPointer parameters,
            int size,
            SamplerSettings settings) {
        this.model = model;
        this.size = size;
        imageLength = Math.multiplyExact(size * size, model.colours());
        imageNoise = new ImageNoise(settings.seed());
        solver = settings.solver(model.schedule());
        settings.method().requireOf(model);
        estimator = new X0Estimator(engine, device, arithmetic, model, parameters, size, settings);
    }

    /** The number of steps from noise to an image. */
    public int steps() {
        return solver.steps();
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
        var initial = new float[Math.multiplyExact(imageLength, count)];
        for (int i = 0; i < count; i++) {
            start.fill(firstIndex + i, initial, i * imageLength, imageLength);
        }
        StepNoise stepNoise = (step, target) -> {
            for (int i = 0; i < count; i++) {
                imageNoise.ofStep(step, firstIndex + i, target, i * imageLength, imageLength);
            }
        };
        var images = sample(initial, stepNoise, labels, listener);
        var bytes = new byte[images.length];
        Pixels.toBytes(FloatBuffer.wrap(images), bytes, 0, bytes.length);
        return bytes;
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
    public float[] sample(float[] initial, StepNoise noise, int[] labels, StepListener listener) {
        int images = check(initial, labels);
        return solver.solve(
                initial.clone(),
                (xt, timestep, alphaBar) -> estimator.estimate(xt, images, timestep, alphaBar, labels),
                noise,
                listener);
    }

    /** The number of images. */
    private int check(float[] initial, int[] labels) {
        if (initial.length == 0 || initial.length % imageLength != 0) {
            throw new IllegalArgumentException("The sampler takes images of " + size + " x " + size + " x "
                    + model.colours() + " values, not " + initial.length + " values");
        }
        int images = initial.length / imageLength;
        int classes = model.theta().classes();
        if (classes > 0 && (labels == null || labels.length != images)) {
            throw new IllegalArgumentException("The model has " + classes + " classes: give a label for each of "
                    + images + " images, not " + (labels == null ? "none" : labels.length));
        }
        if (classes == 0 && labels != null) {
            throw new IllegalArgumentException("The model has no classes: it takes no labels");
        }
        return images;
    }

    /** Frees threads and native memory; the parameters stay. */
    @Override
    public void close() {
        estimator.close();
    }
}
