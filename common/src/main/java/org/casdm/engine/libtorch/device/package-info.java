/** LibTorch's native libraries and the GPUs of a machine: what is there, whether it can be used, and why not. */
package org.casdm.engine.libtorch.device;
