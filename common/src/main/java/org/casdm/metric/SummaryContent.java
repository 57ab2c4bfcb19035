package org.casdm.metric;

import java.io.Serializable;

/**
 * What to find out about a set of images.
 *
 * @param pooled  moments of the pooled features
 * @param spatial moments of the spatial features
 * @param score   the Inception Score
 */
public record SummaryContent(boolean pooled, boolean spatial, boolean score) implements Serializable {}
