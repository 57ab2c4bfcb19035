/** The U-Net of {@link org.casdm.network.UNetSpec} computed with LibTorch, block by block. */
package org.casdm.engine.libtorch.network;
