package org.casdm.job.rounds;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.function.Function2;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** The task of a worker that makes its own minibatches. */
final class TrainOnWorkerBatches implements Function2<Integer, Iterator<Integer>, Iterator<byte[]>> {

    private static final long serialVersionUID = 1L;

    private final RoundTrainingWorker worker;
    private final WorkerBatches batches;

    TrainOnWorkerBatches(RoundTrainingWorker worker, WorkerBatches batches) {
        this.worker = worker;
        this.batches = batches;
    }

    @Override
    public Iterator<byte[]> call(Integer workerIndex, Iterator<Integer> ignored) throws Exception {
        return new WorkerTask(worker, workerIndex).run(badRecords -> open(workerIndex, badRecords));
    }

    private WorkerTask.Minibatches open(int workerIndex, BadRecords badRecords) throws IOException {
        RoundStart start = worker.start();
        BatchSource source = batches.open(new WorkerContext(
                workerIndex,
                start.settings().workers(),
                start.hadoopConfiguration().value().value(),
                badRecords));
        return new SourceMinibatches(source, start.firstStep(), start.settings().averagingFrequency());
    }

    /** A round's steps of a source. A minibatch is made when it is asked for. */
    private static final class SourceMinibatches implements WorkerTask.Minibatches, Iterator<MultiDataSet> {

        private final BatchSource source;
        private final long end;
        private long next;

        SourceMinibatches(BatchSource source, long first, int count) {
            this.source = source;
            this.next = first;
            this.end = first + count;
        }

        @Override
        public Iterator<MultiDataSet> iterator() {
            return this;
        }

        @Override
        public boolean hasNext() {
            return next < end;
        }

        @Override
        public MultiDataSet next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            try {
                return source.batch(next++);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            source.close();
        }
    }
}
