package org.casdm.job.rounds.batch;

import org.casdm.engine.Batch;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/** An engine's batch on its way through dl4j-spark, which counts the examples of the first array. */
public final class BatchDataSet extends MultiDataSet {

    private static final long serialVersionUID = 1L;

    private final transient Batch batch;

    /** @param batch not copied */
    public BatchDataSet(Batch batch) {
        super(counted(batch), new INDArray[0]);
        this.batch = batch;
    }

    private static INDArray[] counted(Batch batch) {
        return new INDArray[] {Nd4j.createFromArray(batch.timesteps()).reshape(batch.images(), 1)};
    }

    /** What the step is taken on. */
    public Batch batch() {
        return batch;
    }
}
