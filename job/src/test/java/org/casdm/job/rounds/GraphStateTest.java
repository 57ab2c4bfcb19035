package org.casdm.job.rounds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

class GraphStateTest {

    @Test
    void blocksCoverTheStateAndSpanNoBoundary() {
        var layout = new BlockLayout(53, 106, 7);
        assertThat(layout.blockCount()).isEqualTo(8 + 16);
        assertThat(layout.block(0)).isEqualTo(new BlockLayout.Block(false, 0, 7));
        assertThat(layout.block(7)).isEqualTo(new BlockLayout.Block(false, 49, 4));
        assertThat(layout.block(8)).isEqualTo(new BlockLayout.Block(true, 0, 7));
        assertThat(layout.block(23)).isEqualTo(new BlockLayout.Block(true, 105, 1));
        assertThatThrownBy(() -> layout.block(24)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(new BlockLayout(5_000_000_000L, 0, 4 << 20).block(1192).firstFloat()).isEqualTo(1192L * (4 << 20));
    }

    @Test
    void readsAndWritesTheGraphsOwnArrays() {
        ComputationGraph graph = Toy.graph(new Adam(0.01));
        GraphState state = GraphState.of(graph, 7);
        var bytes = new byte[28];
        state.read(1, bytes);
        assertThat(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getFloat(4))
                .isEqualTo(graph.params().getFloat(8));

        var one = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0.5f).array();
        state.write(23, one);
        assertThat(graph.getUpdater().getStateViewArray().getFloat(105)).isEqualTo(0.5f);
        assertThatThrownBy(() -> state.write(0, one)).hasMessageContaining("28 bytes, got 4");
    }

    @Test
    void refusesArraysThatCannotBeCopiedAsBytes() {
        assertThatThrownBy(() -> FlatVector.of("parameters", Nd4j.create(DataType.DOUBLE, 1, 3)))
                .hasMessageContaining("parameters are DOUBLE");
        assertThatThrownBy(() -> FlatVector.of("parameters",
                Nd4j.create(DataType.FLOAT, 9).get(NDArrayIndex.interval(3, 6)))).hasMessageContaining("view");
    }

    @Test
    void serialisesBlocksAsTheyAre() {
        ComputationGraph graph = Toy.graph(new Adam(0.01), 4000, 1);
        GraphState state = GraphState.of(graph, 1 << 20);
        var serializer = new BlockSerializer().newInstance();
        ClassTag<Object> any = ClassTag$.MODULE$.apply(Object.class);
        var buffer = new ByteArrayOutputStream();
        try (var stream = serializer.serializeStream(buffer)) {
            stream.writeKey(new BlockKey(0, 2), any).writeValue(state.payload(0), any);
            stream.writeKey(new BlockKey(1, 2), any).writeValue(new BlockPayload.OnHeap(new byte[] {1, 2}), any);
        }
        try (var stream = serializer.deserializeStream(new ByteArrayInputStream(buffer.toByteArray()))) {
            assertThat(stream.<Object>readKey(any)).isEqualTo(new BlockKey(0, 2));
            var block = (BlockPayload.OnHeap) stream.<Object>readValue(any);
            var floats = new float[(int) graph.numParams()];
            ByteBuffer.wrap(block.bytes()).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
            assertThat(floats).containsExactly(graph.params().toFloatVector());
            assertThat(stream.<Object>readKey(any)).isEqualTo(new BlockKey(1, 2));
            assertThat(((BlockPayload.OnHeap) stream.<Object>readValue(any)).bytes()).containsExactly(1, 2);
            assertThatThrownBy(() -> stream.<Object>readKey(any)).isInstanceOf(EOFException.class);
        }
    }
}
