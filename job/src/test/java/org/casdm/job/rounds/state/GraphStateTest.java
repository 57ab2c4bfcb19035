package org.casdm.job.rounds.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.casdm.job.rounds.Toy;
import org.casdm.job.rounds.exchange.NativeBlocks;
import org.casdm.job.rounds.state.BlockLayout.Section;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;

class GraphStateTest {

    @Test
    void blocksCoverTheStateAndSpanNoBoundary() {
        var layout = new BlockLayout(53, 106, 7);
        assertThat(layout.blockCount()).isEqualTo(8 + 16);
        assertThat(layout.block(0)).isEqualTo(new BlockLayout.Block(Section.PARAMETERS, 0, 7));
        assertThat(layout.block(7)).isEqualTo(new BlockLayout.Block(Section.PARAMETERS, 49, 4));
        assertThat(layout.block(8)).isEqualTo(new BlockLayout.Block(Section.UPDATER, 0, 7));
        assertThat(layout.block(23)).isEqualTo(new BlockLayout.Block(Section.UPDATER, 105, 1));
        assertThat(layout.beside(Section.MOMENTUM, 7)).isEqualTo(31);
        assertThat(layout.block(31)).isEqualTo(new BlockLayout.Block(Section.MOMENTUM, 49, 4));
        assertThat(layout.block(32)).isEqualTo(new BlockLayout.Block(Section.ROUNDING_ERROR, 0, 7));
        assertThatThrownBy(() -> layout.block(48)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(new BlockLayout(5_000_000_000L, 0, 4 << 20).block(1192).firstFloat())
                .isEqualTo(1192L * (4 << 20));
    }

    @Test
    void blocksAreTheGraphsOwnArrays() {
        ComputationGraph graph = Toy.graph(new Adam(0.01));
        GraphState state = GraphState.of(graph, 7);
        assertThat(state.block(1).remaining()).isEqualTo(28);
        assertThat(state.block(1).getFloat(4)).isEqualTo(graph.params().getFloat(8));
        state.block(23).putFloat(0, 0.5f);
        assertThat(graph.getUpdater().getStateViewArray().getFloat(105)).isEqualTo(0.5f);
        assertThat(state.block(23).remaining()).isEqualTo(4);
    }

    @Test
    void copiesKeepAStateAndBringItBack() {
        ComputationGraph graph = Toy.graph(new Adam(0.01), 4000, 1);
        GraphState state = GraphState.of(graph, 700);
        float[] before = graph.params().toFloatVector();
        int fingerprint = state.fingerprint();
        try (var blocks = new NativeBlocks()) {
            var copy = StateCopy.of(state, blocks, Section.PARAMETERS, Section.UPDATER);
            graph.params().addi(1);
            assertThat(state.fingerprint()).isNotEqualTo(fingerprint);
            copy.copyTo(state, IntStream.range(0, state.layout().blockCount()));
            copy.close();
        }
        assertThat(graph.params().toFloatVector()).containsExactly(before);
        assertThat(state.fingerprint()).isEqualTo(fingerprint);
    }

    @Test
    void refusesArraysThatCannotBeCopiedAsBytes() {
        assertThatThrownBy(() -> FlatVector.of("parameters", Nd4j.create(DataType.DOUBLE, 1, 3)))
                .hasMessageContaining("parameters are DOUBLE");
        assertThatThrownBy(() -> FlatVector.of(
                        "parameters", Nd4j.create(DataType.FLOAT, 9).get(NDArrayIndex.interval(3, 6))))
                .hasMessageContaining("view");
    }
}
