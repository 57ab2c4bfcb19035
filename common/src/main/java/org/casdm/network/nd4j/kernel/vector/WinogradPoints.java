package org.casdm.network.nd4j.kernel.vector;

/**
 * Numbers of Winograd's minimal filtering F(4×4, 3×3) at the points 0, ±5/8, ±3/2 and infinity. It needs no module.
 */
public final class WinogradPoints {

    /** Points in one direction. */
    public static final int POINTS = 6;
    /** Outputs of a tile in one direction. */
    public static final int TILE = 4;
    /** Sides of the kernel. */
    public static final int KERNEL = 3;

    /** The first point but zero. */
    public static final float A = 0.625f;
    /** The second. */
    public static final float B = 1.5f;

    public static final float A2 = A * A;
    public static final float B2 = B * B;
    /** What divides the kernel's value at zero, and at the other points. */
    public static final float AT_ZERO = (float) (1 / (0.390625 * 2.25));

    public static final float AT_A = (float) (1 / (2 * 0.390625 * (0.390625 - 2.25)));
    public static final float AT_B = (float) (1 / (2 * 2.25 * (2.25 - 0.390625)));

    private WinogradPoints() {}
}
