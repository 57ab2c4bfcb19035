package org.casdm.testing;

import java.nio.charset.StandardCharsets;

/**
 * Numbers made from names: the weights and images of the reference results, which therefore need not be stored. All
 * arrays are in C order.
 */
public final class Formula {

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private Formula() {}

    /** FNV-1a, 64 bits, over the UTF-8 bytes. */
    public static long fnv1a64(String text) {
        var hash = 0xCBF29CE484222325L;
        for (var b : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xFF)) * 0x100000001B3L;
        }
        return hash;
    }

    /** {@code count} numbers in [0, 1): splitmix64 started at the name's hash. */
    public static double[] uniform(String name, int count) {
        var state = fnv1a64(name);
        var values = new double[count];
        for (var i = 0; i < count; i++) {
            state += GOLDEN_GAMMA;
            var z = state;
            z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
            z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
            z ^= z >>> 31;
            values[i] = (z >>> 11) * 0x1p-53;
        }
        return values;
    }

    /** Numbers in [-1, 1). */
    public static double[] centred(String name, long... shape) {
        var values = uniform(name, count(shape));
        for (var i = 0; i < values.length; i++) {
            values[i] = 2 * values[i] - 1;
        }
        return values;
    }

    /** Standard normal numbers, by Box and Muller. */
    public static double[] normal(String name, long... shape) {
        var u = uniform(name + "/u", count(shape));
        var v = uniform(name + "/v", count(shape));
        for (var i = 0; i < u.length; i++) {
            u[i] = Math.sqrt(-2 * Math.log(1 - u[i])) * Math.cos(2 * Math.PI * v[i]);
        }
        return u;
    }

    /** The parameter of a reference network with this name (its last part says what it is) and shape. */
    public static float[] parameter(String seed, String name, long... shape) {
        var values = centred(seed + ":" + name, shape);
        var last = name.substring(name.lastIndexOf('.') + 1);
        var offset = 0.0;
        var scale = 0.1;
        if (last.equals("running_var")) {
            offset = 1;
            scale = 0.5;
        } else if (last.equals("weight") && shape.length == 1) {
            offset = 1;
        } else if (!last.equals("running_mean") && !last.equals("bias")) {
            scale = Math.sqrt(3.0 * shape[0] / count(shape));
        }
        var floats = new float[values.length];
        for (var i = 0; i < values.length; i++) {
            floats[i] = (float) (offset + scale * values[i]);
        }
        return floats;
    }

    /** Images of smooth waves and a little noise, values 0..255, shape [count, 3, size, size]. */
    public static int[] images(String name, int count, int size) {
        var pixels = new int[count * 3 * size * size];
        for (var image = 0; image < count; image++) {
            var p = uniform(name + "/" + image, 18);
            var noise = centred(name + "/" + image + "/noise", 3, size, size);
            for (var i = 0; i < noise.length; i++) {
                var row = 6 * (i / (size * size));
                var y = (double) (i / size % size) / size;
                var x = (double) (i % size) / size;
                var value = 0.5
                        + 0.25 * Math.sin(2 * Math.PI * (1 + 3 * p[row]) * x + 6 * p[row + 1])
                        + 0.25
                                * Math.sin(2 * Math.PI * (1 + 3 * p[row + 2]) * y + 6 * p[row + 3])
                                * (0.5 + p[row + 4])
                                / 1.5
                        + 0.05 * noise[i];
                pixels[image * noise.length + i] = (int) Math.max(0, Math.min(255, Math.rint(255 * value)));
            }
        }
        return pixels;
    }

    private static int count(long... shape) {
        var count = 1L;
        for (var dimension : shape) {
            count *= dimension;
        }
        return Math.toIntExact(count);
    }
}
