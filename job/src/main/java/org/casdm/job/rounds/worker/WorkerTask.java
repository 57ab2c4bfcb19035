package org.casdm.job.rounds.worker;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.spark.TaskContext;
import org.casdm.job.device.DeviceAssignment;
import org.casdm.job.rounds.exchange.BlockPlace;
import org.casdm.job.rounds.exchange.StateExchange;
import org.casdm.job.rounds.exchange.TaskResults;
import org.casdm.job.rounds.state.RoundNames;
import org.deeplearning4j.spark.api.worker.ExecuteWorkerMultiDataSetFlatMap;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** Runs one worker of a round inside a Spark task: dl4j-spark's training loop, then the state is exposed. */
final class WorkerTask {

    /** Gives a worker its minibatches. Called on the thread that trains. */
    interface Minibatches extends AutoCloseable {

        Iterator<MultiDataSet> iterator();

        /** What the iterator gives next, if it is made already; does not wait. */
        Optional<MultiDataSet> peek();

        @Override
        void close() throws Exception;
    }

    /** Opens a worker's minibatches. */
    interface Opener {
        Minibatches open() throws Exception;
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
     * @return its one {@link WorkerResult}. The state stays exposed, in the graph's memory or a copy of it, until this
     *         JVM gets to work on the next round
     */
    Iterator<byte[]> run(Opener opener) throws Exception {
        TaskContext task = TaskContext.get();
        RoundStart start = worker.start();
        var exchange = StateExchange.ofRun(start.runId());
        var computer = DeviceAssignment.ofTask(task, worker.engine());
        GraphPool pool = GraphPool.ofRun(start.runId());
        // These have been averaged. Their graphs are free again.
        Predicate<String> averaged = name -> RoundNames.isOlderWorker(name, start.round());
        Predicate<String> kept = start.sources().kept()::has;
        pool.withdraw(exchange, averaged.and(kept.negate()));
        pool.keep(kept, start.sources().kept().moments(), start.settings().workers());
        GraphSlot slot = pool.acquire(start.graphKey(computer.device()), computer);
        var exposed = false;
        try {
            RoundTrainingResult result = slot.call(() -> train(task, slot, opener));
            var name = RoundNames.worker(start.round(), workerIndex, task.taskAttemptId());
            pool.expose(
                    slot,
                    result.state(),
                    result.beside(),
                    exchange,
                    name,
                    start.settings().workers());
            exposed = true;
            var place =
                    new BlockPlace(exchange.address(), name, 0, start.layout().blockCount());
            return List.of(TaskResults.encode(new WorkerResult(result.report(), place)))
                    .iterator();
        } finally {
            if (!exposed) {
                worker.discard();
                pool.release(slot, start.settings().workers());
            }
        }
    }

    private RoundTrainingResult train(TaskContext task, GraphSlot slot, Opener opener) throws Exception {
        worker.begin(workerIndex, task, slot);
        try (Minibatches minibatches = opener.open()) {
            Iterator<MultiDataSet> iterator = minibatches.iterator();
            worker.ahead(minibatches::peek);
            var results = new ExecuteWorkerMultiDataSetFlatMap<>(worker).call(iterator);
            if (!results.hasNext()) {
                throw new IllegalStateException("worker " + workerIndex + " got no minibatches");
            }
            var result = (RoundTrainingResult) results.next();
            if (iterator.hasNext()) {
                throw new IllegalStateException("worker " + workerIndex + " got more minibatches than a round's "
                        + worker.start().plan().steps());
            }
            return result;
        }
    }
}
