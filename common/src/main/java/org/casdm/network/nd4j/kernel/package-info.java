/**
 * Arithmetic on dense ND4J arrays: products, convolutions, normalisation, attention and softmax, in host memory where
 * that is faster than ND4J's operations, and the arrays that passes reuse.
 */
package org.casdm.network.nd4j.kernel;
