package org.casdm.data.picture;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.util.Locale;
import java.util.SplittableRandom;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Draws pictures where there are none: a colour gradient and on it one soft-edged disc, square or ring of another
 * colour. Picture i of a seed and size is the same on every machine. The shape is the class.
 *
 * @param seed decides all pictures
 * @param size width and height in pixels, 8 to 1024
 */
public record DrawnImages(long seed, int size) {
    /** @throws IllegalArgumentException when the size is out of range */
    public DrawnImages {
        if (size < 8 || size > 1024) {
            throw new IllegalArgumentException("drawn pictures have 8 to 1024 pixels a side, not " + size);
        }
    }

    /** What is drawn. */
    public enum Shape {
        DISC,
        SQUARE,
        RING;

        /** The signed distance to the shape's edge, negative within, for a shape of radius 1 at the origin. */
        private double distance(double x, double y) {
            return switch (this) {
                case DISC -> Math.sqrt(x * x + y * y) - 1;
                case SQUARE -> Math.max(Math.abs(x), Math.abs(y)) - 0.9;
                case RING -> Math.abs(Math.sqrt(x * x + y * y) - 0.75) - 0.25;
            };
        }
    }

    /** The shape on picture i: they take turns. */
    public Shape shape(long index) {
        return Shape.values()[(int) Math.floorMod(index, (long) Shape.values().length)];
    }

    /** Picture i: size × size × 3 unsigned bytes, row-major, channel last. */
    public byte[] pixels(long index) {
        var random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + index);
        double[] from = colour(random);
        double[] to = colour(random);
        double[] ink = colour(random);
        double slopeX = random.nextDouble(-1, 1);
        double slopeY = random.nextDouble(-1, 1);
        double centreX = random.nextDouble(0.3, 0.7);
        double centreY = random.nextDouble(0.3, 0.7);
        double radius = random.nextDouble(0.18, 0.36);
        Shape shape = shape(index);
        byte[] pixels = new byte[size * size * 3];
        for (int row = 0; row < size; row++) {
            for (int column = 0; column < size; column++) {
                double x = (column + 0.5) / size;
                double y = (row + 0.5) / size;
                double along = (1 + slopeX * (2 * x - 1) / 2 + slopeY * (2 * y - 1) / 2) / 2;
                double edge = shape.distance((x - centreX) / radius, (y - centreY) / radius) * radius * size;
                double cover = Math.max(0, Math.min(1, 0.5 - edge));
                for (int channel = 0; channel < 3; channel++) {
                    double ground = from[channel] + (to[channel] - from[channel]) * along;
                    double value = ground + (ink[channel] - ground) * cover;
                    pixels[(row * size + column) * 3 + channel] = (byte) (int) (value * 255 + 0.5);
                }
            }
        }
        return pixels;
    }

    private static double[] colour(SplittableRandom random) {
        return new double[] {random.nextDouble(), random.nextDouble(), random.nextDouble()};
    }

    /**
     * Writes pictures 0 to count - 1 as {@code disc/000000.png}, {@code square/000001.png} and so on; files of these
     * names are replaced.
     *
     * @param fileSystem where to write
     * @param folder     created when it is not there
     * @param count      how many
     * @throws IOException when the storage fails
     */
    public void write(FileSystem fileSystem, Path folder, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            var file = new Path(
                    folder,
                    String.format(Locale.ROOT, "%s/%06d.png", shape(i).name().toLowerCase(Locale.ROOT), i));
            try (var output = new BufferedOutputStream(fileSystem.create(file, true))) {
                PngWriter.write(pixels(i), size, size, output);
            }
        }
    }
}
