package org.casdm.job.evaluate.feature;

import java.io.Serializable;
import java.util.List;
import org.casdm.metric.FeatureSummary;

/**
 * What a task gives.
 *
 * @param summary of all of its images
 * @param kept    pooled features of those that are kept, in order
 */
public record PieceResult(FeatureSummary summary, List<float[]> kept) implements Serializable {}
