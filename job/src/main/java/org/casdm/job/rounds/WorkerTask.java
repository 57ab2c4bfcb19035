package org.casdm.job.rounds;

import java.util.Iterator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.deeplearning4j.spark.api.worker.ExecuteWorkerMultiDataSetFlatMap;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import scala.Tuple2;

/** Runs one worker of a round inside a Spark task: dl4j-spark's training loop, then the state as shuffle records. */
final class WorkerTask {

    /** Gives a worker its minibatches. Called on the thread that trains. */
    interface Minibatches extends AutoCloseable {

        Iterator<MultiDataSet> iterator();

        @Override
        void close() throws Exception;
    }

    /** Opens a worker's minibatches. */
    interface Opener {
        Minibatches open(BadRecords badRecords) throws Exception;
    }

    private final RoundTrainingWorker worker;
    private final int workerIndex;

    WorkerTask(RoundTrainingWorker worker, int workerIndex) {
        this.worker = worker;
        this.workerIndex = workerIndex;
    }

    /**
     * Trains the worker.
     *
     * @return its blocks, read from the graph's memory as they are consumed, and its report. The graph goes back to the
     *         pool when the task is over
     */
    Iterator<Tuple2<BlockKey, BlockPayload>> run(Opener opener) throws Exception {
        TaskContext task = TaskContext.get();
        RoundStart start = worker.start();
        DeviceAssignment device = DeviceAssignment.ofTask(task);
        GraphSlot slot = GraphPool.shared().acquire(start.graphKey(device), device);
        task.addTaskCompletionListener(new ReleaseSlot(slot, start.settings().workers()));
        RoundTrainingResult result = slot.call(() -> train(task, slot, opener));
        return records(result);
    }

    private RoundTrainingResult train(TaskContext task, GraphSlot slot, Opener opener) throws Exception {
        var badRecords = new BadRecords();
        worker.begin(workerIndex, task, slot, badRecords);
        try (Minibatches minibatches = opener.open(badRecords)) {
            Iterator<MultiDataSet> iterator = minibatches.iterator();
            var results = new ExecuteWorkerMultiDataSetFlatMap<>(worker).call(iterator);
            if (!results.hasNext()) {
                throw new IllegalStateException("worker " + workerIndex + " got no minibatches");
            }
            var result = (RoundTrainingResult) results.next();
            if (iterator.hasNext()) {
                throw new IllegalStateException("worker " + workerIndex + " got more minibatches than a round's "
                        + worker.start().settings().averagingFrequency());
            }
            return result;
        }
    }

    private Iterator<Tuple2<BlockKey, BlockPayload>> records(RoundTrainingResult result) {
        int blocks = worker.start().layout().blockCount();
        var report = new BlockPayload.OnHeap(WorkerReports.encode(result.report()));
        return Stream.concat(
                IntStream.range(0, blocks).mapToObj(index -> record(index, result.state().payload(index))),
                Stream.of(record(blocks, report))).iterator();
    }

    private Tuple2<BlockKey, BlockPayload> record(int partition, BlockPayload payload) {
        return new Tuple2<>(new BlockKey(partition, workerIndex), payload);
    }
}
