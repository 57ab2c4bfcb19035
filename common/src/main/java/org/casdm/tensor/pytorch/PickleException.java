package org.casdm.tensor.pytorch;

/** The pickle in a PyTorch state file is cut, damaged, or asks for something other than tensors and plain values. */
public final class PickleException extends PyTorchFileException {

    private static final long serialVersionUID = 1L;

    public PickleException(String file, String problem) {
        super(file, problem);
    }
}
