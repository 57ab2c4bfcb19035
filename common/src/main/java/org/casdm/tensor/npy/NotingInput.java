package org.casdm.tensor.npy;

import java.io.EOFException;
import java.io.IOException;
import org.casdm.tensor.SeekableInput;

/** Remembers when the storage failed, so that this can be distinguished from damaged bytes. */
final class NotingInput implements SeekableInput {

    private final SeekableInput input;
    private IOException failure;

    NotingInput(SeekableInput input) {
        this.input = input;
    }

    /** The storage's failure; null if the bytes are damaged. */
    IOException failure() {
        return failure;
    }

    @Override
    public String name() {
        return input.name();
    }

    @Override
    public long size() throws IOException {
        return input.size();
    }

    @Override
    public void readFully(long position, byte[] destination, int offset, int length) throws IOException {
        try {
            input.readFully(position, destination, offset, length);
        } catch (EOFException e) {
            // A place that a damaged file names.
            throw e;
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
