package org.casdm.job.rounds.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.job.testing.LocalCluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateExchangeIT {

    private static final UUID RUN = UUID.randomUUID();
    private static final int BLOCK_BYTES = 3_000_001;

    /** Two exchanges of one JVM have two addresses: what goes between them goes through sockets. */
    private static void withTwo(boolean encrypted, Use use) {
        var conf = LocalCluster.inThisJvm("local[1]");
        if (encrypted) {
            conf.set("spark.authenticate", "true").set("spark.network.crypto.enabled", "true");
        }
        try (var spark = new JavaSparkContext(conf);
                var sender = new StateExchange(RUN, SparkEnv.get());
                var receiver = new StateExchange(RUN, SparkEnv.get())) {
            use.of(sender, receiver);
        }
    }

    private interface Use {
        void of(StateExchange sender, StateExchange receiver);
    }

    private static ByteBuffer block(int index) {
        var bytes = ByteBuffer.allocateDirect(BLOCK_BYTES);
        for (int i = 0; i < BLOCK_BYTES; i++) {
            bytes.put(i, (byte) (31 * index + i * 7 + (i >> 8)));
        }
        return bytes;
    }

    private static BlockPlace place(StateExchange exchange, String name) {
        return new BlockPlace(exchange.address(), name, 0, 3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void blocksArriveAsTheyAre(boolean encrypted) {
        withTwo(encrypted, (sender, receiver) -> {
            sender.expose("state", StateExchangeIT::block, () -> {});
            for (int i = 0; i < 3; i++) {
                var target = receiver.blocks().take(BLOCK_BYTES);
                receiver.fetch(place(sender, "state"), i, target.bytes()).join();
                assertThat(target.bytes()).isEqualTo(block(i));
                receiver.blocks().give(target);
            }
            var own = ByteBuffer.allocateDirect(BLOCK_BYTES);
            sender.fetch(place(sender, "state"), 2, own).join();
            assertThat(own.flip()).isEqualTo(block(2));
        });
    }

    @Test
    void missingOrUnfittingFiles_areRefused() {
        withTwo(false, (sender, receiver) -> {
            sender.expose("state", StateExchangeIT::block, () -> {});
            sender.expose("long", StateExchangeIT::block, () -> {});
            var room = ByteBuffer.allocateDirect(BLOCK_BYTES + 1);
            assertThatThrownBy(() -> receiver.fetch(place(sender, "other"), 0, room.duplicate())
                            .join())
                    .hasMessageContaining("other is not exposed at " + sender.address());
            assertThatThrownBy(() -> receiver.fetch(place(sender, "state"), 0, room.duplicate())
                            .join())
                    .hasMessageContaining("1 bytes shorter than expected");
            var nobody = new BlockPlace(new Address("127.0.0.1", 1), "state", 0, 1);
            assertThatThrownBy(() -> receiver.fetch(nobody, 0, room.duplicate()).join())
                    .hasMessageContaining("127.0.0.1");
            sender.withdraw("state"::equals);
            assertThatThrownBy(() -> receiver.fetch(place(sender, "state"), 0, room.duplicate())
                            .join())
                    .hasMessageContaining("not exposed");
            assertThat(sender.exposes(place(sender, "state"))).isFalse();
            // Last: it ends the connection, with whatever else is asked for on it.
            assertThatThrownBy(() -> receiver.fetch(
                                    place(sender, "long"), 0, room.duplicate().limit(9))
                            .join())
                    .hasMessageContaining("longer than the block");
        });
    }

    @Test
    void memoryIsGivenBackOnceWhenNobodyReadsIt() {
        withTwo(false, (sender, receiver) -> {
            var unused = new AtomicInteger();
            sender.expose("state", StateExchangeIT::block, unused::incrementAndGet);
            var first = sender.lease(place(sender, "state"), 0);
            var second = sender.lease(place(sender, "state"), 1);
            first.close();
            sender.withdraw("state"::equals);
            assertThat(unused).hasValue(0);
            second.close();
            assertThat(unused).hasValue(1);
            sender.withdraw("state"::equals);
            assertThat(unused).hasValue(1);
        });
    }

    @Test
    void sentBlocksAreNoLongerRead() {
        withTwo(false, (sender, receiver) -> {
            var unused = new AtomicInteger();
            var exposure = sender.expose("state", StateExchangeIT::block, unused::incrementAndGet);
            var target = ByteBuffer.allocateDirect(BLOCK_BYTES);
            receiver.fetch(place(sender, "state"), 0, target).join();
            // The sender learns of the last byte's way a little later than the receiver has it.
            while (exposure.readers() > 0) {
                Thread.onSpinWait();
            }
            sender.withdraw("state"::equals);
            assertThat(unused).hasValue(1);
        });
    }

    @Test
    void aCopyTakesThePlaceOfMemoryThatNobodyReads() {
        withTwo(false, (sender, receiver) -> {
            var copyUnused = new AtomicInteger();
            var exposure = sender.expose("state", StateExchangeIT::block, () -> {
                throw new AssertionError("the memory was taken back by replacing it");
            });
            var lease = sender.lease(place(sender, "state"), 0);
            assertThat(exposure.replace(index -> block(index + 1), copyUnused::incrementAndGet))
                    .isFalse();
            lease.close();
            assertThat(exposure.replace(index -> block(index + 1), copyUnused::incrementAndGet))
                    .isTrue();
            var target = ByteBuffer.allocateDirect(BLOCK_BYTES);
            receiver.fetch(place(sender, "state"), 0, target).join();
            assertThat(target.flip()).isEqualTo(block(1));
            while (exposure.readers() > 0) {
                Thread.onSpinWait();
            }
            sender.withdraw(name -> true);
            assertThat(copyUnused).hasValue(1);
            assertThat(exposure.replace(StateExchangeIT::block, () -> {})).isFalse();
        });
    }

    @Test
    void refusesANameTwice() {
        withTwo(false, (sender, receiver) -> {
            sender.expose("state", StateExchangeIT::block, () -> {});
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> sender.expose("state", StateExchangeIT::block, () -> {}));
        });
    }

    @Test
    void usesBlocksAgain() {
        try (var blocks = new NativeBlocks()) {
            var first = blocks.take(100);
            long address = first.pointer().address();
            blocks.give(first);
            assertThat(blocks.take(101).pointer().address()).isNotEqualTo(address);
            var again = blocks.take(100);
            assertThat(again.pointer().address()).isEqualTo(address);
            assertThat(again.bytes().remaining()).isEqualTo(100);
            blocks.give(again);
        }
    }
}
