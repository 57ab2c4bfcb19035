package org.casdm.job.rounds.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.casdm.engine.Batch;
import org.casdm.job.rounds.batch.BatchDataSet;
import org.casdm.job.rounds.batch.BatchSource;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.dataset.api.MultiDataSet;

class BatchesAheadTest {

    private static MultiDataSet minibatch(long step) {
        return new BatchDataSet(new Batch(1, 1, 1, new float[1], new float[1], new int[] {(int) step}, null));
    }

    private static int step(MultiDataSet minibatch) {
        return ((BatchDataSet) minibatch).batch().timesteps()[0];
    }

    /** Notes the steps that it is asked for; fails at one. */
    private static final class Source implements BatchSource {

        private final List<Long> asked = new CopyOnWriteArrayList<>();
        private final AtomicBoolean closed = new AtomicBoolean();
        private final long bad;

        Source(long bad) {
            this.bad = bad;
        }

        @Override
        public MultiDataSet batch(long step) throws IOException {
            asked.add(step);
            if (step == bad) {
                throw new IOException("step " + step + " cannot be read");
            }
            return minibatch(step);
        }

        @Override
        public void close() {
            closed.set(true);
        }
    }

    @Test
    void minibatches_comeInOrderFromAnotherThread() throws Exception {
        var source = new Source(-1);
        try (var batches = new BatchesAhead(source, 5, 4, 0)) {
            for (int step = 5; step < 9; step++) {
                assertThat(batches.hasNext()).isTrue();
                assertThat(step(batches.next())).isEqualTo(step);
                assertThat(source.asked.size()).as("no more than two ahead").isLessThanOrEqualTo(step - 5 + 1 + 2);
            }
            assertThat(batches.hasNext()).isFalse();
        }
        assertThat(source.closed).isTrue();
    }

    @Test
    void peek_isWhatComesNextOnceItIsMade() throws Exception {
        try (var batches = new BatchesAhead(new Source(-1), 5, 2, 0)) {
            batches.next();
            while (batches.peek().isEmpty()) {
                Thread.onSpinWait();
            }
            assertThat(batches.peek()).containsSame(batches.next());
            assertThat(batches.peek()).isEmpty();
        }
    }

    @Test
    void failure_isThatOfTheStepThatNeedsTheMinibatch() throws Exception {
        try (var batches = new BatchesAhead(new Source(6), 5, 4, 0)) {
            assertThat(step(batches.next())).isEqualTo(5);
            assertThatThrownBy(batches::next)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("step 6 cannot be read");
        }
    }

    @Test
    void close_endsTheThreadBeforeTheSourceIsClosed() throws Exception {
        var making = new CountDownLatch(1);
        var done = new AtomicBoolean();
        var doneAtClose = new AtomicBoolean();
        var source = new BatchSource() {
            @Override
            public MultiDataSet batch(long step) {
                making.countDown();
                try {
                    Thread.sleep(50);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                done.set(true);
                return minibatch(step);
            }

            @Override
            public void close() {
                doneAtClose.set(done.get());
            }
        };
        try (var batches = new BatchesAhead(source, 0, 100, 0)) {
            making.await();
            assertThat(batches.hasNext()).isTrue();
        }
        assertThat(doneAtClose).isTrue();
    }
}
