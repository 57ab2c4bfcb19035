/**
 * The U-Net of {@link org.casdm.network.UNetSpec} computed with ND4J, block by block, each with its own backward pass.
 * The arithmetic is in {@link org.casdm.network.nd4j.kernel}.
 */
package org.casdm.network.nd4j;
