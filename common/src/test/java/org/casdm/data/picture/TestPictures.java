package org.casdm.data.picture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;

/** Pictures from the test resources, and how far two are apart. */
public final class TestPictures {
    private TestPictures() {}

    /** The bytes of a resource below {@code pictures/}. */
    public static byte[] bytes(String name) {
        try (var input = TestPictures.class.getResourceAsStream("/pictures/" + name)) {
            if (input == null) {
                throw new IllegalArgumentException("no test resource pictures/" + name);
            }
            return input.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Picture decode(String name) throws IOException {
        return new ImageDecoder().decode(bytes(name), name);
    }

    /** The samples with three channels. */
    static byte[] colour(Picture picture) {
        if (picture.channels() == 3) {
            return picture.samples();
        }
        byte[] result = new byte[picture.samples().length * 3];
        for (int i = 0; i < result.length; i++) {
            result[i] = picture.samples()[i / 3];
        }
        return result;
    }

    static Difference difference(byte[] actual, byte[] expected) {
        if (actual.length != expected.length) {
            throw new AssertionError(
                    String.format(Locale.ROOT, "%d samples, expected %d", actual.length, expected.length));
        }
        int largest = 0;
        long sum = 0;
        for (int i = 0; i < actual.length; i++) {
            int distance = Math.abs((actual[i] & 0xff) - (expected[i] & 0xff));
            largest = Math.max(largest, distance);
            sum += distance;
        }
        return new Difference(largest, (double) sum / actual.length);
    }

    record Difference(int largest, double mean) {}
}
