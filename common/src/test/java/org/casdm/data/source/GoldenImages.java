package org.casdm.data.source;

import java.nio.charset.StandardCharsets;

/** The formula by which the pictures of {@code cifar10_mini.bin} were made: splitmix64 on FNV-1a of names. */
public final class GoldenImages {
    private GoldenImages() {}

    /** Picture i of a name: 3 × size × size, channel first. */
    public static byte[] image(String name, int index, int size) {
        String key = name + "/" + index;
        double[] p = uniform(key, 18);
        double[] noise = uniform(key + "/noise", 3 * size * size);
        byte[] result = new byte[3 * size * size];
        for (int channel = 0; channel < 3; channel++) {
            double a = p[channel * 6];
            double b = p[channel * 6 + 1];
            double d = p[channel * 6 + 2];
            double e = p[channel * 6 + 3];
            double f = p[channel * 6 + 4];
            for (int row = 0; row < size; row++) {
                for (int column = 0; column < size; column++) {
                    int at = (channel * size + row) * size + column;
                    double x = (double) column / size;
                    double y = (double) row / size;
                    double value = 0.5
                            + 0.25 * Math.sin(2 * Math.PI * (1 + 3 * a) * x + 6 * b)
                            + 0.25 * Math.sin(2 * Math.PI * (1 + 3 * d) * y + 6 * e) * (0.5 + f) / 1.5
                            + 0.05 * (2 * noise[at] - 1);
                    result[at] = (byte) Math.max(0, Math.min(255, (int) Math.rint(value * 255)));
                }
            }
        }
        return result;
    }

    private static double[] uniform(String name, int count) {
        long hash = 0xcbf29ce484222325L;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ b & 0xff) * 0x100000001b3L;
        }
        double[] values = new double[count];
        for (int i = 1; i <= count; i++) {
            long z = hash + i * 0x9E3779B97F4A7C15L;
            z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
            z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
            values[i - 1] = ((z ^ z >>> 31) >>> 11) * 0x1p-53;
        }
        return values;
    }
}
