/** Tensors in files (safetensors), independent of the library that computes with them. */
package org.casdm.tensor;
