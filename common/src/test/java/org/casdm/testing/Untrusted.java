package org.casdm.testing;

import java.io.IOException;

/** What may come of a file that nobody vouches for: it is read, or it is refused by name. */
public final class Untrusted {

    private Untrusted() {}

    /** Reads the file. */
    @FunctionalInterface
    public interface Reading {
        void run() throws IOException;
    }

    /**
     * Passes if the file is read, or refused with an {@link IOException} that names it. Exceptions of other kinds come
     * through: no bytes may bring them about.
     *
     * @return whether it was read
     */
    public static boolean isRead(String name, Reading reading) {
        try {
            reading.run();
            return true;
        } catch (IOException e) {
            if (e.getMessage() == null || !e.getMessage().contains(name)) {
                throw new AssertionError("refused without a word about " + name, e);
            }
            return false;
        }
    }
}
