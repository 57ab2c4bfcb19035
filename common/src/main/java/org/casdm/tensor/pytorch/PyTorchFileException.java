package org.casdm.tensor.pytorch;

import java.io.IOException;
import org.casdm.failure.UserFailure;

/** A PyTorch state file is cut, damaged or holds what this reader refuses; the message names the file and the place. */
public class PyTorchFileException extends IOException implements UserFailure {

    private static final long serialVersionUID = 1L;

    public PyTorchFileException(String file, String problem) {
        super(file + ": " + problem);
    }
}
