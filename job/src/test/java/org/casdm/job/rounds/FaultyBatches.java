package org.casdm.job.rounds;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.casdm.job.rounds.batch.BatchSource;
import org.casdm.job.rounds.batch.WorkerBatches;
import org.casdm.job.rounds.batch.WorkerContext;
import org.nd4j.linalg.dataset.MultiDataSet;

/**
 * The toy's minibatches, from executors to whose processes something happens, once for each fault.
 *
 * @param folder where it is noted which faults have happened
 * @param faults by the step that begins a round
 */
record FaultyBatches(String folder, Map<Long, Fault> faults) implements WorkerBatches {

    static final int SIZE = 4;

    /** When, seen from the worker's thread. */
    enum Moment {
        /** Before the first minibatch. */
        READING,
        /** Between two steps. */
        STEPPING,
        /** After the last step: while states are exchanged and averaged. */
        AVERAGING
    }

    /**
     * What happens to the process of a worker's executor.
     *
     * @param worker whose
     * @param moment when
     * @param script for a shell, with PROCESS for its id
     * @param waits  whether the worker's thread waits until the script has run
     */
    record Fault(int worker, Moment moment, String script, boolean waits) implements Serializable {

        static Fault kill(int worker, Moment moment) {
            return new Fault(worker, moment, "kill -9 PROCESS", true);
        }

        /** After so many milliseconds, in which the worker goes on. */
        static Fault killLater(int worker, Moment moment, int millis) {
            return new Fault(
                    worker, moment, String.format(Locale.ROOT, "sleep %.3f; kill -9 PROCESS", millis / 1000.0), false);
        }

        /** The process stands still for so many milliseconds. */
        static Fault stall(int worker, Moment moment, int millis) {
            return new Fault(
                    worker,
                    moment,
                    String.format(Locale.ROOT, "kill -STOP PROCESS; sleep %.3f; kill -CONT PROCESS", millis / 1000.0),
                    true);
        }
    }

    /** How many faults have happened. */
    int happened() throws IOException {
        try (var notes = Files.list(Path.of(folder))) {
            return (int) notes.count();
        }
    }

    @Override
    public BatchSource open(WorkerContext context) {
        return new BatchSource() {

            private long first = -1;

            @Override
            public MultiDataSet batch(long step) {
                if (first < 0) {
                    first = step;
                    happen(Moment.READING);
                } else {
                    happen(Moment.STEPPING);
                }
                return Toy.batch(step, context.workerIndex(), SIZE);
            }

            @Override
            public void close() {
                happen(Moment.AVERAGING);
            }

            private void happen(Moment moment) {
                var fault = faults.get(first);
                if (fault != null && fault.worker() == context.workerIndex() && fault.moment() == moment) {
                    happenOnce(first, fault);
                }
            }
        };
    }

    private void happenOnce(long step, Fault fault) {
        try {
            Files.createFile(Path.of(folder, Long.toString(step)));
            var script = fault.script()
                    .replace("PROCESS", Long.toString(ProcessHandle.current().pid()));
            var shell = new ProcessBuilder("sh", "-c", script).start();
            if (fault.waits()) {
                shell.waitFor();
            }
        } catch (FileAlreadyExistsException e) {
            // It has happened: this is another attempt.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
