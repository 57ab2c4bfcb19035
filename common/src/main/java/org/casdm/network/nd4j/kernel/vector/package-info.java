/**
 * Arithmetic in heap memory by the processor's vector instructions. It needs {@code --add-modules jdk.incubator.vector}
 * when Java starts, and the second JIT compiler to be fast; nothing outside of this package mentions that module.
 */
package org.casdm.network.nd4j.kernel.vector;
