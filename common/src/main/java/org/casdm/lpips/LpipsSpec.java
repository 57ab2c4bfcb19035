package org.casdm.lpips;

import java.io.Serializable;
import java.util.Objects;

/**
 * Which LPIPS (Zhang et al. 2018, version 0.1): everything but the weights.
 *
 * @param trunk network whose features are compared
 * @param resize what becomes of small images first
 */
public record LpipsSpec(Trunk trunk, Resize resize) implements Serializable {

    // The mean and standard deviation of ImageNet's pixels in [-1, 1], rounded.
    private static final double[] SHIFT = {-.030, -.088, -.188};
    private static final double[] SCALE = {.458, .448, .450};

    /** What becomes of small images before they are compared. */
    public enum Resize {
        /** Nothing: images are compared as they are. */
        NONE,
        /**
         * Images narrower than 256 pixels are resized to 224×224, as consistency models do (Song et al. 2023, {@code
         * karras_diffusion.py}): bilinear with half-pixel centres.
         */
        TO_224;

        /** The side that they are resized to, in pixels. */
        public static final int SIDE = 224;

        private static final int SIZE_LEFT_ALONE = 256;

        /** Whether images of this width are resized. */
        public boolean applies(long width) {
            return this == TO_224 && width < SIZE_LEFT_ALONE;
        }
    }

    public LpipsSpec {
        Objects.requireNonNull(trunk, "trunk");
        Objects.requireNonNull(resize, "resize");
    }

    /** What is subtracted from a colour of an image in [-1, 1] before the trunk sees it: lpips' ScalingLayer. */
    public static double shift(int colour) {
        return SHIFT[colour];
    }

    /** What the difference is divided by then. */
    public static double scale(int colour) {
        return SCALE[colour];
    }
}
