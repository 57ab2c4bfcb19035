package org.casdm.job.evaluate.feature;

import java.util.List;
import org.apache.spark.api.java.function.Function;

/** The kept features of what a task gave. */
public final class TakeKept implements Function<PieceResult, List<float[]>> {

    private static final long serialVersionUID = 1L;

    @Override
    public List<float[]> call(PieceResult result) {
        return result.kept();
    }
}
