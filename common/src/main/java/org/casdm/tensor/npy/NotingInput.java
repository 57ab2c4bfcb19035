package org.casdm.tensor.npy;

import java.io.EOFException;
import java.io.IOException;
import org.casdm.tensor.SeekableInput;
import org.casdm.tensor.SeekableInputView;

/** Remembers when the storage failed, so that this can be distinguished from damaged bytes. */
final class NotingInput extends SeekableInputView {

    private IOException failure;

    NotingInput(SeekableInput input) {
        super(input);
    }

    /** The storage's failure; null if the bytes are damaged. */
    IOException failure() {
        return failure;
    }

    @Override
    public void readFully(long position, byte[] destination, int offset, int length) throws IOException {
        try {
            super.readFully(position, destination, offset, length);
        } catch (EOFException e) {
            // A place that a damaged file names.
            throw e;
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }
}
