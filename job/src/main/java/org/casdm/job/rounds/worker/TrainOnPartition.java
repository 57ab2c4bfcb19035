package org.casdm.job.rounds.worker;

import java.util.Iterator;
import java.util.Optional;
import org.apache.spark.api.java.function.Function2;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** The task of a worker whose minibatches are a partition of an RDD. */
public final class TrainOnPartition implements Function2<Integer, Iterator<MultiDataSet>, Iterator<byte[]>> {

    private static final long serialVersionUID = 1L;

    private final RoundTrainingWorker worker;

    public TrainOnPartition(RoundTrainingWorker worker) {
        this.worker = worker;
    }

    @Override
    public Iterator<byte[]> call(Integer workerIndex, Iterator<MultiDataSet> minibatches) throws Exception {
        return new WorkerTask(worker, workerIndex).run(() -> new Partition(minibatches));
    }

    private record Partition(Iterator<MultiDataSet> iterator) implements WorkerTask.Minibatches {

        @Override
        public Optional<MultiDataSet> peek() {
            return Optional.empty();
        }

        @Override
        public void close() {
            // The RDD owns the iterator.
        }
    }
}
