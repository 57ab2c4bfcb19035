package org.casdm.job.evaluate.feature;

import org.apache.spark.api.java.function.Function;
import org.casdm.metric.FeatureSummary;

/** The summary of what a task gave. */
public final class TakeSummary implements Function<PieceResult, FeatureSummary> {

    private static final long serialVersionUID = 1L;

    @Override
    public FeatureSummary call(PieceResult result) {
        return result.summary();
    }
}
