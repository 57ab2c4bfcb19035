package org.casdm.engine.libtorch.network;

import org.bytedeco.pytorch.Tensor;

/** A layer of the network. */
interface Module {

    /**
     * @param input [images, channels, height, width]
     * @param embedding SiLU of the embedding of timestep and class, [images, embedding channels]
     */
    Tensor forward(Tensor input, Tensor embedding, Pass pass);
}
