package org.casdm.testing;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Files of the test class path. */
public final class Resources {

    private Resources() {}

    /** A file's content, by its absolute name: {@code /npy/stored.npz}. */
    public static byte[] bytes(String name) {
        try (var stream = Resources.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalArgumentException("not in the test class path: " + name);
            }
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
