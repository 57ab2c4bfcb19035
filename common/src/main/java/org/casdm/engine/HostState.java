package org.casdm.engine;

import org.bytedeco.javacpp.FloatPointer;

/**
 * What training changes, in host memory: float32 vectors in the layout of {@link org.casdm.network.UNetParameters}, θ's
 * before φ's. The memory is the caller's.
 *
 * @param parameters all parameters
 * @param firstMoments Adam's, as many
 * @param secondMoments Adam's, as many
 */
public record HostState(FloatPointer parameters, FloatPointer firstMoments, FloatPointer secondMoments) {}
