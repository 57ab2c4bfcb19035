package org.casdm.job.rounds.worker;

import java.io.IOException;
import java.util.Iterator;
import org.apache.spark.api.java.function.Function2;
import org.casdm.job.rounds.batch.BatchSource;
import org.casdm.job.rounds.batch.WorkerBatches;
import org.casdm.job.rounds.batch.WorkerContext;

/** The task of a worker that makes its own minibatches. */
public final class TrainOnWorkerBatches implements Function2<Integer, Iterator<Integer>, Iterator<byte[]>> {

    private static final long serialVersionUID = 1L;

    private final RoundTrainingWorker worker;
    private final WorkerBatches batches;

    public TrainOnWorkerBatches(RoundTrainingWorker worker, WorkerBatches batches) {
        this.worker = worker;
        this.batches = batches;
    }

    @Override
    public Iterator<byte[]> call(Integer workerIndex, Iterator<Integer> ignored) throws Exception {
        return new WorkerTask(worker, workerIndex).run(() -> open(workerIndex));
    }

    private WorkerTask.Minibatches open(int workerIndex) throws IOException {
        RoundStart start = worker.start();
        BatchSource source = batches.open(new WorkerContext(
                workerIndex,
                start.settings().workers(),
                start.hadoopConfiguration().value().value()));
        return new BatchesAhead(source, start.firstStep(), start.plan().steps(), workerIndex);
    }
}
