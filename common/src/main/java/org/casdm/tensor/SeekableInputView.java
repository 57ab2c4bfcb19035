package org.casdm.tensor;

import java.io.IOException;

/** Another input, read in a particular way; closing the view closes the input. */
public abstract class SeekableInputView implements SeekableInput {

    private final SeekableInput input;

    protected SeekableInputView(SeekableInput input) {
        this.input = input;
    }

    @Override
    public final String name() {
        return input.name();
    }

    @Override
    public final long size() throws IOException {
        return input.size();
    }

    @Override
    public void readFully(long position, byte[] destination, int offset, int length) throws IOException {
        input.readFully(position, destination, offset, length);
    }

    @Override
    public final void close() throws IOException {
        input.close();
    }
}
