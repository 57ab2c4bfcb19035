package org.casdm.job.rounds;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The numbers of a graph that training changes: parameters and updater state, cut into blocks. Reads and writes the
 * graph's own arrays.
 */
final class GraphState {

    private final FlatVector parameters;
    private final FlatVector updaterState;
    private final BlockLayout layout;

    private GraphState(FlatVector parameters, FlatVector updaterState, int blockFloats) {
        this.parameters = parameters;
        this.updaterState = updaterState;
        this.layout = new BlockLayout(parameters.length(), updaterState.length(), blockFloats);
    }

    /** The state of an initialised graph; makes its updater if it has none yet. */
    static GraphState of(ComputationGraph graph, int blockFloats) {
        INDArray updaterState = graph.getUpdater().getStateViewArray();
        return new GraphState(FlatVector.of("parameters", graph.params()),
                FlatVector.of("numbers of the updater's state", updaterState), blockFloats);
    }

    BlockLayout layout() {
        return layout;
    }

    /** Makes the host's copy of the arrays current; before the first read or write. */
    void bringToHost() {
        parameters.bringToHost();
        updaterState.bringToHost();
    }

    /** Makes the host's copy of the arrays the valid one; after the last write. */
    void written() {
        parameters.written();
        updaterState.written();
    }

    /** Copies a block's bytes into the beginning of {@code target}. */
    void read(int index, byte[] target) {
        BlockLayout.Block block = layout.block(index);
        vector(block).copyTo(block.firstFloat(), block.floats(), target, 0);
    }

    /** Overwrites a block by the bytes of {@code source}, whose length has to fit. */
    void write(int index, byte[] source) {
        BlockLayout.Block block = layout.block(index);
        if (source.length != block.byteCount()) {
            throw new IllegalArgumentException(
                    "block " + index + " has " + block.byteCount() + " bytes, got " + source.length);
        }
        vector(block).copyFrom(block.firstFloat(), block.floats(), source);
    }

    /** The block as a shuffle record; reads the graph's arrays when it is serialised. */
    BlockPayload payload(int index) {
        BlockLayout.Block block = layout.block(index);
        return new BlockPayload.InGraph(vector(block), block.firstFloat(), block.floats());
    }

    private FlatVector vector(BlockLayout.Block block) {
        return block.updater() ? updaterState : parameters;
    }
}
