package org.casdm.job.rounds.average;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function2;
import org.casdm.job.rounds.exchange.BlockPlace;
import org.casdm.job.rounds.exchange.NativeBlocks;
import org.casdm.job.rounds.exchange.StateExchange;
import org.casdm.job.rounds.exchange.TaskResults;
import org.casdm.job.rounds.state.BlockLayout;
import org.casdm.job.rounds.state.RoundNames;

/**
 * The averaging task: takes its share of the blocks from all workers, averages them, and exposes the averages to the
 * driver and to the next round's workers. There are as many tasks as workers, each where a worker was: of that one it
 * reads the memory itself.
 *
 * <p>Of each worker two blocks are held, the one that is averaged and the next.
 */
public final class AverageBlocks implements Function2<Integer, Iterator<Integer>, Iterator<byte[]>> {

    private static final long serialVersionUID = 1L;

    private final UUID run;
    private final long round;
    private final BlockLayout layout;
    private final List<BlockPlace> workers;

    /**
     * @param round   names what it belongs to
     * @param workers where their states are, in the order of the workers
     */
    public AverageBlocks(UUID run, long round, BlockLayout layout, List<BlockPlace> workers) {
        this.run = run;
        this.round = round;
        this.layout = layout;
        this.workers = List.copyOf(workers);
    }

    @Override
    public Iterator<byte[]> call(Integer task, Iterator<Integer> ignored) {
        var exchange = StateExchange.ofRun(run);
        // Every worker has read the averages of the round before.
        exchange.withdraw(name -> RoundNames.isOlderAverage(name, round));
        int first = first(task);
        int end = first(task + 1);
        var averages = new ArrayList<NativeBlocks.Block>();
        var result = average(exchange, first, end, averages);
        Runnable giveBack = () -> averages.forEach(exchange.blocks()::give);
        if (result.lostWorker() >= 0) {
            giveBack.run();
            return List.of(TaskResults.encode(result)).iterator();
        }
        var name = RoundNames.average(round, task, TaskContext.get().taskAttemptId());
        exchange.expose(name, block -> averages.get(block - first).bytes(), giveBack);
        var place = new BlockPlace(exchange.address(), name, first, end);
        return List.of(TaskResults.encode(AverageResult.of(place, result.fetchedBytes())))
                .iterator();
    }

    private int first(int task) {
        return (int) ((long) task * layout.blockCount() / workers.size());
    }

    private AverageResult average(StateExchange exchange, int first, int end, List<NativeBlocks.Block> averages) {
        var mean = new BlockMean();
        long bytes = 0;
        Gathering next = first < end ? new Gathering(exchange, first) : null;
        for (int block = first; block < end; block++) {
            try (Gathering current = next) {
                next = block + 1 < end ? new Gathering(exchange, block + 1) : null;
                List<ByteBuffer> versions = current.versions();
                var average = exchange.blocks().take(layout.block(block).byteCount());
                averages.add(average);
                mean.compute(versions, average.bytes());
                bytes += current.fetchedBytes();
            } catch (WorkerLost e) {
                if (next != null) {
                    next.close();
                }
                return AverageResult.lost(e.worker, e.getMessage());
            }
        }
        return AverageResult.of(null, bytes);
    }

    /** A worker's state could not be read. */
    private static final class WorkerLost extends Exception {

        private static final long serialVersionUID = 1L;

        private final int worker;

        WorkerLost(int worker, Throwable cause) {
            super(TaskResults.brief(cause), cause);
            this.worker = worker;
        }
    }

    /** All workers' versions of a block, read where they are or on their way here. */
    private final class Gathering implements AutoCloseable {

        private final StateExchange exchange;
        private final int block;
        private final List<NativeBlocks.Block> memory = new ArrayList<>();
        private final List<StateExchange.Lease> leases = new ArrayList<>();
        private final List<CompletableFuture<Void>> pending = new ArrayList<>();

        Gathering(StateExchange exchange, int block) {
            this.exchange = exchange;
            this.block = block;
            for (BlockPlace worker : workers) {
                if (exchange.isHere(worker) && exchange.exposes(worker)) {
                    memory.add(null);
                    leases.add(exchange.lease(worker, block));
                    pending.add(CompletableFuture.completedFuture(null));
                } else {
                    NativeBlocks.Block target =
                            exchange.blocks().take(layout.block(block).byteCount());
                    memory.add(target);
                    leases.add(null);
                    pending.add(exchange.fetch(worker, block, target.bytes()));
                }
            }
        }

        /** In the order of the workers, when all are here. */
        List<ByteBuffer> versions() throws WorkerLost {
            var versions = new ArrayList<ByteBuffer>();
            for (int worker = 0; worker < workers.size(); worker++) {
                await(worker);
                versions.add(
                        memory.get(worker) == null
                                ? leases.get(worker).bytes()
                                : memory.get(worker).bytes());
            }
            return versions;
        }

        long fetchedBytes() {
            return memory.stream().filter(target -> target != null).count()
                    * (long) layout.block(block).byteCount();
        }

        private void await(int worker) throws WorkerLost {
            for (int attempt = 0; ; attempt++) {
                try {
                    pending.get(worker).join();
                    return;
                } catch (CompletionException e) {
                    if (attempt == exchange.retries()) {
                        throw new WorkerLost(worker, e.getCause());
                    }
                }
                try {
                    Thread.sleep(exchange.retryWait());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new WorkerLost(worker, e);
                }
                pending.set(
                        worker,
                        exchange.fetch(
                                workers.get(worker), block, memory.get(worker).bytes()));
            }
        }

        /** Waits for what is on its way: its memory is used again. */
        @Override
        public void close() {
            pending.forEach(fetch -> fetch.handle((nothing, failure) -> null).join());
            memory.stream().filter(target -> target != null).forEach(exchange.blocks()::give);
            leases.stream().filter(lease -> lease != null).forEach(StateExchange.Lease::close);
        }
    }
}
