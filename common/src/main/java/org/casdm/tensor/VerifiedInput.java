package org.casdm.tensor;

import java.io.IOException;
import java.security.MessageDigest;

/**
 * Computes the SHA-256 of an input while it is read from front to back; what a reader passes over is read too.
 * The data is verified when {@link #verify} has returned, not before.
 */
public final class VerifiedInput extends SeekableInputView {

    private static final int SKIP_BYTES = 1 << 16;

    private final ContentDigest expected;
    private final MessageDigest digest = Sha256.newDigest();
    private long position;

    public VerifiedInput(SeekableInput input, ContentDigest expected) {
        super(input);
        this.expected = expected;
    }

    /** @throws IllegalStateException if the bytes have been passed already */
    @Override
    public void readFully(long from, byte[] destination, int offset, int length) throws IOException {
        if (from < position) {
            throw new IllegalStateException(name() + ": byte " + from + " was asked for after byte " + position);
        }
        readTo(from);
        super.readFully(from, destination, offset, length);
        digest.update(destination, offset, length);
        position += length;
    }

    private void readTo(long end) throws IOException {
        if (position == end) {
            return;
        }
        var skipped = new byte[(int) Math.min(SKIP_BYTES, end - position)];
        while (position < end) {
            var count = (int) Math.min(skipped.length, end - position);
            super.readFully(position, skipped, 0, count);
            digest.update(skipped, 0, count);
            position += count;
        }
    }

    /**
     * Reads the rest and compares. To be called once, at the end.
     *
     * @throws TensorFormatException if size or hash are not the expected ones
     */
    public void verify() throws IOException {
        if (size() != expected.bytes()) {
            throw new TensorFormatException(name(), "has " + size() + " bytes instead of " + expected.bytes());
        }
        readTo(size());
        var found = Sha256.hex(digest);
        if (!found.equals(expected.sha256())) {
            throw new TensorFormatException(
                    name(),
                    "its content has changed since it was written: SHA-256 is " + found + " instead of "
                            + expected.sha256());
        }
    }
}
