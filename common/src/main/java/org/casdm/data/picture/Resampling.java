package org.casdm.data.picture;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Separable resampling of 8-bit pictures in fixed point, as Pillow's {@code Image.resize} does it (Resample.c): the
 * filter is widened by the reduction when shrinking, its weights are normalised and rounded to 22 fractional bits, the
 * rows are resampled first and rounded to 8 bits, then the columns. Only a window of the result is computed.
 */
enum Resampling {
    /** The mean over the area of the new pixel. */
    BOX(0.5) {
        @Override
        double weight(double distance) {
            return distance > -0.5 && distance <= 0.5 ? 1 : 0;
        }
    },
    /** Keys' cubic convolution with a = -0.5. */
    BICUBIC(2) {
        @Override
        double weight(double distance) {
            double a = -0.5;
            double x = Math.abs(distance);
            if (x < 1) {
                return ((a + 2) * x - (a + 3)) * x * x + 1;
            }
            return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
        }
    };

    private static final int FRACTION_BITS = 32 - 8 - 2;
    private static final int ROUNDING = 1 << FRACTION_BITS - 1;
    private static final VarHandle EIGHT_SAMPLES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final double support;

    Resampling(double support) {
        this.support = support;
    }

    /** The filter's weight at a distance from its centre, in units of the larger of the two pixels. */
    abstract double weight(double distance);

    /**
     * Resizes a picture and cuts a window out of the result.
     *
     * @param picture      what to resize
     * @param fullWidth    the whole result's width
     * @param fullHeight   the whole result's height
     * @param left         the window's first column in the whole result
     * @param top          the window's first row
     * @param windowWidth  the window's columns
     * @param windowHeight the window's rows
     * @return the window
     */
    Picture resize(
            Picture picture, int fullWidth, int fullHeight, int left, int top, int windowWidth, int windowHeight) {
        if (this == BOX
                && picture.width() == 2 * fullWidth
                && picture.height() == 2 * fullHeight
                && windowWidth == fullWidth
                && windowHeight == fullHeight) {
            return halved(picture);
        }
        Taps columns = taps(picture.width(), fullWidth, left, windowWidth);
        Taps rows = taps(picture.height(), fullHeight, top, windowHeight);
        // Rows of the source outside the window's reach are never needed.
        int firstRow = rows.first[0];
        int lastRow = rows.first[windowHeight - 1] + rows.count[windowHeight - 1];
        byte[] narrowed = horizontally(picture, columns, firstRow, lastRow - firstRow);
        byte[] result = vertically(narrowed, rows, firstRow, windowWidth * picture.channels());
        return new Picture(windowWidth, windowHeight, picture.channels(), result);
    }

    /** The whole resized picture. */
    Picture resize(Picture picture, int width, int height) {
        return resize(picture, width, height, 0, 0, width, height);
    }

    /** Both sides halved: what the general way gives, rounded after rows and again after columns. */
    private static Picture halved(Picture picture) {
        int channels = picture.channels();
        int width = picture.width() / 2;
        int height = picture.height() / 2;
        byte[] source = picture.samples();
        byte[] target = new byte[width * height * channels];
        int stride = picture.width() * channels;
        int to = 0;
        for (int row = 0; row < height; row++) {
            int at = 2 * row * stride;
            int end = at + stride;
            // Colour: a long holds two pixels, whose three samples are averaged at once. Averaging them one by one was
            // 63 % of the Java time of preparing photographs.
            int lastLong = channels == 3 ? Math.min(end - 6, source.length - stride - Long.BYTES) : -1;
            for (; at <= lastLong; at += 6, to += 3) {
                long above = (long) EIGHT_SAMPLES.get(source, at);
                long below = (long) EIGHT_SAMPLES.get(source, at + stride);
                long pixel = mean(mean(above, above >>> 24), mean(below, below >>> 24));
                target[to] = (byte) pixel;
                target[to + 1] = (byte) (pixel >>> 8);
                target[to + 2] = (byte) (pixel >>> 16);
            }
            for (; at < end; at += 2 * channels) {
                for (int channel = 0; channel < channels; channel++) {
                    target[to++] = mean(source, at + channel, channels, stride);
                }
            }
        }
        return new Picture(width, height, channels, target);
    }

    /** Of a sample, the next one in its row, and the two below. */
    private static byte mean(byte[] source, int at, int step, int stride) {
        int above = (source[at] & 0xff) + (source[at + step] & 0xff) + 1 >> 1;
        int below = (source[at + stride] & 0xff) + (source[at + stride + step] & 0xff) + 1 >> 1;
        return (byte) (above + below + 1 >> 1);
    }

    /** Of each two bytes, rounded up: a + b = 2 (a | b) - (a ^ b). */
    private static long mean(long a, long b) {
        return (a | b) - ((a ^ b) >>> 1 & 0x7f7f7f7f7f7f7f7fL);
    }

    private static byte[] horizontally(Picture picture, Taps taps, int firstRow, int rowCount) {
        int channels = picture.channels();
        byte[] source = picture.samples();
        byte[] target = new byte[Math.multiplyExact(rowCount, taps.length() * channels)];
        int to = 0;
        for (int row = 0; row < rowCount; row++) {
            int rowStart = (firstRow + row) * picture.width() * channels;
            for (int column = 0; column < taps.length(); column++) {
                int at = rowStart + taps.first[column] * channels;
                int[] weights = taps.weights[column];
                if (channels == 1) {
                    int sum = ROUNDING;
                    for (int weight : weights) {
                        sum += weight * (source[at++] & 0xff);
                    }
                    target[to++] = rounded(sum);
                } else {
                    int red = ROUNDING;
                    int green = ROUNDING;
                    int blue = ROUNDING;
                    for (int weight : weights) {
                        red += weight * (source[at] & 0xff);
                        green += weight * (source[at + 1] & 0xff);
                        blue += weight * (source[at + 2] & 0xff);
                        at += 3;
                    }
                    target[to] = rounded(red);
                    target[to + 1] = rounded(green);
                    target[to + 2] = rounded(blue);
                    to += 3;
                }
            }
        }
        return target;
    }

    private static byte[] vertically(byte[] source, Taps taps, int firstRow, int stride) {
        byte[] target = new byte[Math.multiplyExact(taps.length(), stride)];
        // A row of sums at a time: loops over neighbours, which the compiler makes vector instructions of.
        int[] sums = new int[stride];
        for (int row = 0; row < taps.length(); row++) {
            Arrays.fill(sums, ROUNDING);
            int from = (taps.first[row] - firstRow) * stride;
            for (int weight : taps.weights[row]) {
                for (int i = 0; i < stride; i++) {
                    sums[i] += weight * (source[from + i] & 0xff);
                }
                from += stride;
            }
            int to = row * stride;
            for (int i = 0; i < stride; i++) {
                target[to + i] = rounded(sums[i]);
            }
        }
        return target;
    }

    private static byte rounded(int sum) {
        int value = sum >> FRACTION_BITS;
        return (byte) (value < 0 ? 0 : Math.min(value, 255));
    }

    private Taps taps(int sourceSize, int targetSize, int windowStart, int windowLength) {
        double scale = (double) sourceSize / targetSize;
        double filterScale = Math.max(1, scale);
        double reach = support * filterScale;
        double inverse = 1 / filterScale;
        int[] first = new int[windowLength];
        int[] count = new int[windowLength];
        int[][] weights = new int[windowLength][];
        for (int i = 0; i < windowLength; i++) {
            double centre = (windowStart + i + 0.5) * scale;
            int from = Math.max(0, (int) (centre - reach + 0.5));
            int length = Math.min(sourceSize, (int) (centre + reach + 0.5)) - from;
            double[] exact = new double[length];
            double total = 0;
            for (int k = 0; k < length; k++) {
                exact[k] = weight((k + from - centre + 0.5) * inverse);
                total += exact[k];
            }
            first[i] = from;
            count[i] = length;
            weights[i] = fixedPoint(exact, total);
        }
        return new Taps(first, count, weights);
    }

    private static int[] fixedPoint(double[] exact, double total) {
        int[] weights = new int[exact.length];
        for (int k = 0; k < exact.length; k++) {
            double scaled = (total == 0 ? exact[k] : exact[k] / total) * (1 << FRACTION_BITS);
            weights[k] = (int) (scaled < 0 ? scaled - 0.5 : scaled + 0.5);
        }
        return weights;
    }

    /** For each target pixel along an axis: its first source pixel, how many follow, and their weights. */
    private record Taps(int[] first, int[] count, int[][] weights) {
        int length() {
            return first.length;
        }
    }
}
