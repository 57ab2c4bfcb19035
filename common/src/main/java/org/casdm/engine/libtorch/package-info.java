/**
 * The engine on LibTorch, PyTorch's C++ library: networks by autograd, for the CPU and NVIDIA GPUs alike.
 *
 * <p>Tensors here are LibTorch's, images [images, channels, height, width]. Native memory belongs to the scope in which
 * it is made ({@link org.casdm.engine.libtorch.tensor.Tensors}); what outlives a call is owned by an object with {@code close}.
 */
package org.casdm.engine.libtorch;
