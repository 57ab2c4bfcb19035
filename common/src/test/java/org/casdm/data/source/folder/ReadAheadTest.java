package org.casdm.data.source.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.casdm.data.source.BadRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadAheadTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4})
    void keepsTheOrder(int ahead) {
        var records = new ReadAhead(50, ahead, index -> new BadRecord("" + index, ""));
        List<String> ids = new ArrayList<>();
        records.forEachRemaining(record -> ids.add(record.id()));
        assertThat(ids)
                .isEqualTo(IntStream.range(0, 50).mapToObj(Integer::toString).toList());
        assertThatThrownBy(records::next).isInstanceOf(NoSuchElementException.class);
        records.close();
    }

    @Test
    void severalAreUnderWayAtOnce() {
        var together = new CountDownLatch(4);
        try (var records = new ReadAhead(4, 4, index -> {
            together.countDown();
            try {
                return new BadRecord("", together.await(20, TimeUnit.SECONDS) ? "together" : "alone");
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        })) {
            assertThat(((BadRecord) records.next()).reason()).isEqualTo("together");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void aFailingStorageIsPassedOn(int ahead) {
        try (var records = new ReadAhead(9, ahead, index -> {
            if (index == 1) {
                throw new IOException("connection reset");
            }
            return new BadRecord("" + index, "");
        })) {
            assertThat(records.next().id()).isEqualTo("0");
            assertThatThrownBy(records::next)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasRootCauseMessage("connection reset");
        }
    }
}
