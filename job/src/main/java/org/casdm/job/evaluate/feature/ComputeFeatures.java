package org.casdm.job.evaluate.feature;

import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.PairFunction;
import org.apache.spark.util.LongAccumulator;
import org.casdm.job.device.DeviceAssignment;
import org.casdm.metric.images.ImageList.Piece;
import scala.Tuple2;

/** The task: features of a piece of a set. */
public final class ComputeFeatures implements PairFunction<Piece, Integer, PieceResult> {

    private static final long serialVersionUID = 1L;

    private final FeatureWork work;
    private final LongAccumulator progress;

    /** @param progress counts images while the task runs */
    public ComputeFeatures(FeatureWork work, LongAccumulator progress) {
        this.work = work;
        this.progress = progress;
    }

    @Override
    public Tuple2<Integer, PieceResult> call(Piece piece) throws Exception {
        var computer = DeviceAssignment.ofTask(TaskContext.get(), work.engine());
        var hadoop = work.hadoop().value().value();
        var extractors = FeatureExtractors.of(work.evaluationId());
        var extractor = extractors.borrow(work.extractor(), hadoop, computer, work.threads());
        boolean sound = false;
        try {
            var result = new PieceReader(work, extractor, hadoop, progress::add).read(piece);
            sound = true;
            return new Tuple2<>(piece.index(), result);
        } finally {
            if (sound) {
                extractors.giveBack(computer.device(), extractor);
            } else {
                extractor.close();
            }
        }
    }
}
