package org.casdm.sampling;

import java.io.Serializable;

/**
 * The way from one seed's first image to another's: x_T on the great circle between the two (Shoemake 1985; so do Song
 * et al., arXiv 2010.02502, section 5.3), with which DDIM without fresh noise makes images that turn into each other.
 *
 * @param firstSeed image 0 of the way is image 0 of this seed
 * @param lastSeed the way's last image is image 0 of this seed
 * @param frames images on the way with both ends, at least 2
 */
public record InterpolatedNoise(long firstSeed, long lastSeed, int frames) implements InitialNoise, Serializable {

    /** Below this angle (radians) the arc and the straight line are the same to float precision. */
    private static final double SMALLEST_ANGLE = 1e-4;

    public InterpolatedNoise {
        if (frames < 2) {
            throw new IllegalArgumentException("an interpolation has at least 2 images, its ends, not " + frames);
        }
    }

    @Override
    public void fill(long image, float[] values, int from, int count) {
        if (image < 0 || image >= frames) {
            throw new IllegalArgumentException("image " + image + " of an interpolation of " + frames);
        }
        var first = new float[count];
        var last = new float[count];
        new ImageNoise(firstSeed).initial(0, first, 0, count);
        new ImageNoise(lastSeed).initial(0, last, 0, count);
        double share = (double) image / (frames - 1);
        double angle = angle(first, last);
        boolean straight = angle < SMALLEST_ANGLE;
        double firstWeight = straight ? 1 - share : Math.sin((1 - share) * angle) / Math.sin(angle);
        double lastWeight = straight ? share : Math.sin(share * angle) / Math.sin(angle);
        for (int i = 0; i < count; i++) {
            values[from + i] = (float) (firstWeight * first[i] + lastWeight * last[i]);
        }
    }

    private static double angle(float[] a, float[] b) {
        double product = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            aa += (double) a[i] * a[i];
            bb += (double) b[i] * b[i];
        }
        return Math.acos(Math.max(-1, Math.min(1, product / Math.sqrt(aa * bb))));
    }
}
