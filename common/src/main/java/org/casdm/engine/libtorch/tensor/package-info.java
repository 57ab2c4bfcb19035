/** Tensors of LibTorch: their device and types, their life in native memory, and how they come from and go to arrays. */
package org.casdm.engine.libtorch.tensor;
