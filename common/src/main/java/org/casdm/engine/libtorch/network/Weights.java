package org.casdm.engine.libtorch.network;

import org.bytedeco.pytorch.Tensor;

/** The parameters of one network by improved-diffusion's names, as its layers take them. */
public interface Weights {

    /** A kernel, matrix, bias or embedding table, in the type of products' operands. */
    Tensor product(String name);

    /** A scale or shift of a normalisation, float32. */
    Tensor norm(String name);
}
