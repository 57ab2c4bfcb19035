package org.casdm.network;

/** improved-diffusion's {@code timestep_embedding}: cosines, then sines, of geometrically spaced frequencies. */
public final class TimestepEmbedding {

    private static final double LONGEST_PERIOD = 10000;

    private TimestepEmbedding() {}

    /**
     * The embedding.
     *
     * @param timesteps of each image
     * @param channels an even number
     * @return [images, channels]
     */
    public static double[] of(double[] timesteps, int channels) {
        int half = channels / 2;
        var result = new double[timesteps.length * channels];
        for (int i = 0; i < half; i++) {
            double frequency = Math.exp(-Math.log(LONGEST_PERIOD) * i / half);
            for (int image = 0; image < timesteps.length; image++) {
                result[image * channels + i] = Math.cos(timesteps[image] * frequency);
                result[image * channels + half + i] = Math.sin(timesteps[image] * frequency);
            }
        }
        return result;
    }
}
