package org.casdm.data.source;

import java.io.IOException;
import java.io.InputStream;
import org.casdm.data.BadImageException;

/** Reading what somebody else says the length of. */
public final class Inflated {
    private Inflated() {}

    /**
     * The rest of a stream, unless it is longer than allowed: then no more than that is read.
     *
     * @throws BadImageException when there is more
     */
    public static byte[] readEntry(InputStream input, String id, int maximumBytes) throws IOException {
        byte[] content = input.readNBytes(maximumBytes);
        if (content.length == maximumBytes && input.read() >= 0) {
            throw tooLarge(id, maximumBytes);
        }
        return content;
    }

    public static BadImageException tooLarge(String id, int maximumBytes) {
        return new BadImageException(
                id,
                "larger than " + (maximumBytes >= 1 << 20 ? (maximumBytes >> 20) + " MiB" : maximumBytes + " bytes")
                        + ", the limit that --max-bytes sets");
    }
}
