package org.casdm.job.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ExecutorLocalTest {

    private static class Kept implements Closeable {

        int closed;

        @Override
        public void close() throws IOException {
            closed++;
        }
    }

    private static final class Other extends Kept {}

    private static final class Unclosable implements Closeable {

        @Override
        public void close() throws IOException {
            throw new IOException("stuck");
        }
    }

    private final String one = "one " + UUID.randomUUID();
    private final String two = "two " + UUID.randomUUID();

    @AfterEach
    void closeAll() {
        ExecutorLocal.close(one);
        ExecutorLocal.close(two);
    }

    @Test
    void tasksOfARun_getTheSameValue() {
        var value = ExecutorLocal.get(Kept.class, one, Kept::new);
        assertThat(ExecutorLocal.get(Kept.class, String.valueOf(one.toCharArray()), Kept::new))
                .isSameAs(value);
        assertThat(value.closed).isZero();
    }

    @Test
    void anotherRun_closesTheValueOfItsKindOnly() {
        var value = ExecutorLocal.get(Kept.class, one, Kept::new);
        var other = ExecutorLocal.get(Other.class, one, Other::new);
        assertThat(ExecutorLocal.get(Kept.class, two, Kept::new)).isNotSameAs(value);
        assertThat(value.closed).isEqualTo(1);
        assertThat(other.closed).isZero();
    }

    @Test
    void endOfARun_closesItsValuesOfAllKinds() {
        var value = ExecutorLocal.get(Kept.class, one, Kept::new);
        var other = ExecutorLocal.get(Other.class, two, Other::new);
        ExecutorLocal.close(one);
        ExecutorLocal.close(one);
        assertThat(value.closed).isEqualTo(1);
        assertThat(other.closed).isZero();
    }

    @Test
    void taskLeftBehindByAClosedRun_doesNotDisturbTheNextRun() {
        ExecutorLocal.get(Kept.class, one, Kept::new);
        ExecutorLocal.close(one);
        var value = ExecutorLocal.get(Kept.class, two, Kept::new);
        assertThatThrownBy(() -> ExecutorLocal.get(Kept.class, one, Kept::new))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has ended");
        assertThat(value.closed).isZero();
    }

    @Test
    void valueThatCannotBeClosed_isReportedAndForgotten() {
        ExecutorLocal.get(Unclosable.class, one, Unclosable::new);
        assertThatThrownBy(() -> ExecutorLocal.get(Unclosable.class, two, Unclosable::new))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("stuck");
        ExecutorLocal.close(one);
    }
}
