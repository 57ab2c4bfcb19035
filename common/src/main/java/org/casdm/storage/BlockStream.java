package org.casdm.storage;

import java.io.IOException;
import java.io.InputStream;

/** A stream that is read in blocks; a single byte is a block of one. */
public abstract class BlockStream extends InputStream {

    @Override
    public final int read() throws IOException {
        var single = new byte[1];
        return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
    }

    @Override
    public abstract int read(byte[] destination, int offset, int length) throws IOException;
}
