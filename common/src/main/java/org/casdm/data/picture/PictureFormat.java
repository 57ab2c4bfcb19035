package org.casdm.data.picture;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The picture formats that can be decoded, detected by how a file begins and never by its name. */
enum PictureFormat {
    JPEG,
    PNG,
    GIF,
    BMP,
    WEBP;

    /** The format that these first bytes belong to; empty when they are not a picture's. */
    static Optional<PictureFormat> of(byte[] content) {
        if (begins(content, 0, "\u00ff\u00d8\u00ff")) {
            return Optional.of(JPEG);
        }
        if (begins(content, 0, "\u0089PNG\r\n\u001a\n")) {
            return Optional.of(PNG);
        }
        if (begins(content, 0, "GIF87a") || begins(content, 0, "GIF89a")) {
            return Optional.of(GIF);
        }
        if (begins(content, 0, "RIFF") && begins(content, 8, "WEBP")) {
            return Optional.of(WEBP);
        }
        return begins(content, 0, "BM") ? Optional.of(BMP) : Optional.empty();
    }

    private static boolean begins(byte[] content, int at, String signature) {
        byte[] expected = signature.getBytes(StandardCharsets.ISO_8859_1);
        if (content.length < at + expected.length) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if (content[at + i] != expected[i]) {
                return false;
            }
        }
        return true;
    }
}
