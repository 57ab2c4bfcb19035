package org.casdm.tensor;

import java.io.IOException;
import org.casdm.failure.UserFailure;

/** A tensor file breaks the rules of its format; the message names the file and, if known, the tensor. */
public final class TensorFormatException extends IOException implements UserFailure {

    private static final long serialVersionUID = 1L;

    public TensorFormatException(String file, String problem) {
        super(file + ": " + problem);
    }

    public TensorFormatException(String file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }
}
