package org.casdm.job.rounds.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.engine.Arithmetic.Precision;
import org.casdm.engine.Computer;
import org.casdm.engine.Device;
import org.casdm.engine.nd4j.Nd4jEngine;
import org.casdm.job.rounds.Toy;
import org.casdm.job.rounds.exchange.BlockPlace;
import org.casdm.job.rounds.exchange.StateExchange;
import org.casdm.job.rounds.state.GraphState;
import org.casdm.job.rounds.state.StateCopy;
import org.casdm.job.testing.LocalCluster;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.learning.config.Adam;

class GraphPoolIT {

    private static final Computer ANY = new Computer(new Nd4jEngine(), Device.cpu(), Precision.FLOAT32);

    private final GraphPool pool = new GraphPool();
    private final GraphKey key = new GraphKey(1, -1);

    private GraphSlot used(GraphKey slotKey) throws Exception {
        GraphSlot slot = pool.acquire(slotKey, ANY);
        slot.call(() -> slot.graph(() -> Toy.graph(new Adam(0.1))));
        return slot;
    }

    @Test
    void keepsGraphsUpToTheLimit() throws Exception {
        GraphSlot first = used(key);
        GraphSlot second = used(key);
        ComputationGraph graph = second.call(() -> second.graph(() -> null));
        pool.release(first, 1);
        pool.release(second, 1);
        assertThat(pool.idleCount()).isEqualTo(1);
        GraphSlot again = pool.acquire(key, ANY);
        assertThat(again.<ComputationGraph>call(() -> again.graph(() -> null))).isSameAs(graph);
        pool.release(again, 1);
        pool.close();
        assertThat(pool.idleCount()).isZero();
    }

    @Test
    void forgetsGraphsOfAnotherConfiguration() throws Exception {
        GraphSlot held = used(key);
        pool.release(used(key), 9);
        var other = new GraphKey(2, -1);
        GraphSlot slot = used(other);
        assertThat(pool.idleCount()).isZero();
        pool.release(held, 9);
        assertThat(pool.idleCount()).isZero();
        pool.release(slot, 9);
        assertThat(pool.idleCount()).isEqualTo(1);
        pool.close();
        assertThat(pool.idleCount()).isZero();
    }

    @Test
    void keepsGraphsOfEachDevice() throws Exception {
        var onSecond = new GraphKey(1, 1);
        GraphSlot first = used(key);
        GraphSlot second = used(onSecond);
        pool.release(first, 9);
        pool.release(second, 9);
        assertThat(pool.acquire(onSecond, ANY)).isSameAs(second);
        assertThat(pool.acquire(key, ANY)).isSameAs(first);
        pool.release(first, 0);
        pool.release(second, 0);
    }

    @Test
    void neverReusesAGraphAfterAFailureOrAKilledTask() throws Exception {
        GraphSlot failed = used(key);
        assertThatThrownBy(() -> failed.call(() -> {
                    throw new IOException("broken on purpose");
                }))
                .isExactlyInstanceOf(IOException.class);
        pool.release(failed, 9);

        GraphSlot killed = used(key);
        var never = new CountDownLatch(1);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> killed.call(() -> {
                    never.await();
                    return null;
                }))
                .isInstanceOf(InterruptedException.class);
        pool.release(killed, 9);

        assertThat(pool.idleCount()).isZero();
    }

    /** More workers than tasks at once: the second takes the first one's graph, whose state is still to be read. */
    @Test
    void anExposedGraphIsUsedAgainAndItsStateStays() throws Exception {
        try (var spark = new JavaSparkContext(LocalCluster.inThisJvm("local[1]"));
                var exchange = new StateExchange(UUID.randomUUID(), SparkEnv.get())) {
            GraphSlot first = used(key);
            ComputationGraph graph = first.call(() -> first.graph(() -> null));
            GraphState state = GraphState.of(graph, 20);
            pool.expose(first, state, StateCopy.none(exchange.blocks()), exchange, "first", 9);
            assertThat(pool.exposedCount()).isEqualTo(1);
            var place = new BlockPlace(
                    exchange.address(), "first", 0, state.layout().blockCount());
            float expected = graph.params().getFloat(20);

            try (var reading = exchange.lease(place, 1)) {
                assertThat(reading.bytes().getFloat(0)).isEqualTo(expected);
                assertThat(pool.acquire(key, ANY))
                        .as("while its memory is read")
                        .isNotSameAs(first);
            }
            assertThat(pool.acquire(key, ANY)).isSameAs(first);
            assertThat(pool.exposedCount()).isZero();
            graph.params().addi(1);
            try (var reading = exchange.lease(place, 1)) {
                assertThat(reading.bytes().getFloat(0)).isEqualTo(expected);
            }

            pool.expose(first, state, StateCopy.none(exchange.blocks()), exchange, "second", 9);
            exchange.withdraw("second"::equals);
            assertThat(pool.exposedCount()).isZero();
            assertThat(pool.idleCount()).isEqualTo(1);
            pool.close();
        }
    }

    /** A task that ends after its run, as when another worker has failed: its graph is freed, and counted nowhere. */
    @Test
    void aRunThatIsOverExposesNothing() throws Exception {
        try (var spark = new JavaSparkContext(LocalCluster.inThisJvm("local[1]"))) {
            var exchange = new StateExchange(UUID.randomUUID(), SparkEnv.get());
            GraphSlot late = used(key);
            GraphState state = GraphState.of(late.call(() -> late.graph(() -> null)), 20);
            pool.close();
            exchange.close();

            assertThatThrownBy(() -> pool.expose(late, state, StateCopy.none(exchange.blocks()), exchange, "late", 9))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("has ended");
            assertThat(pool.exposedCount()).isZero();
            pool.release(late, 9);
            assertThat(pool.idleCount()).isZero();
        }
    }

    @Test
    void countsExposedGraphsAmongThoseItKeeps() throws Exception {
        try (var spark = new JavaSparkContext(LocalCluster.inThisJvm("local[1]"));
                var exchange = new StateExchange(UUID.randomUUID(), SparkEnv.get())) {
            GraphSlot first = used(key);
            GraphSlot second = used(key);
            pool.release(second, 1);
            GraphState state = GraphState.of(first.call(() -> first.graph(() -> null)), 20);
            pool.expose(first, state, StateCopy.none(exchange.blocks()), exchange, "first", 1);
            assertThat(pool.idleCount()).isZero();
            assertThat(pool.exposedCount()).isEqualTo(1);
            pool.close();
        }
    }
}
