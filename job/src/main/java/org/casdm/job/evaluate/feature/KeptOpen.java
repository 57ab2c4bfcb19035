package org.casdm.job.evaluate.feature;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** A stream that is not closed through this. */
final class KeptOpen extends FilterOutputStream {

    KeptOpen(OutputStream stream) {
        super(stream);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
        flush();
    }
}
