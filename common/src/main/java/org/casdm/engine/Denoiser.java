package org.casdm.engine;

/**
 * A network for drawing: its output for noisy images. What it allocates it uses again: draw in batches of one size. An
 * image's output does not depend on the others of its batch; with LibTorch it may in the last bits when the size of the
 * batch changes.
 */
public interface Denoiser extends AutoCloseable {

    /**
     * The network's output.
     *
     * @param input [images, size, size, input channels]
     * @param images number of images
     * @param size width and height in pixels
     * @param timestep as the network sees it (rescaled where the model says so), the same for all images
     * @param labels class of each image; null for a network without classes
     * @param output receives [images, size, size, output channels]
     */
    void forward(float[] input, int images, int size, double timestep, int[] labels, float[] output);

    /** Frees the native memory; the parameters stay the caller's. */
    @Override
    void close();
}
