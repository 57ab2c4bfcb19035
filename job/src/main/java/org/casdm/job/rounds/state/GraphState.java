package org.casdm.job.rounds.state;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.engine.HostState;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The numbers of a graph that training changes: parameters and updater state, cut into blocks. Reads and writes the
 * graph's own arrays.
 */
public final class GraphState {

    private static final int SAMPLES_OF_A_BLOCK = 64;

    private final FlatVector parameters;
    private final FlatVector updaterState;
    private final FlatVector momentum;
    private final BlockLayout layout;

    private GraphState(FlatVector parameters, FlatVector updaterState, FlatVector momentum, int blockFloats) {
        this.parameters = parameters;
        this.updaterState = updaterState;
        this.momentum = momentum;
        this.layout = new BlockLayout(parameters.length(), updaterState.length(), blockFloats);
    }

    /** The state of an initialised graph; makes its updater if it has none yet. */
    public static GraphState of(ComputationGraph graph, int blockFloats) {
        return of(graph, null, blockFloats);
    }

    /**
     * The same with an outer optimizer's momentum.
     *
     * @param momentum one number a parameter; null for none
     */
    public static GraphState of(ComputationGraph graph, INDArray momentum, int blockFloats) {
        INDArray updaterState = graph.getUpdater().getStateViewArray();
        return new GraphState(
                FlatVector.of("parameters", graph.params()),
                FlatVector.of("numbers of the updater's state", updaterState),
                FlatVector.of("numbers of the momentum", momentum),
                blockFloats);
    }

    /**
     * The host's own memory as engines take it, made current.
     *
     * @throws IllegalStateException if the updater's state is not two moments of each parameter
     */
    public HostState onHost() {
        long length = parameters.length();
        if (updaterState.length() != 2 * length) {
            throw new IllegalStateException("the updater has " + updaterState.length() + " numbers for " + length
                    + " parameters: an engine's steps need Adam's two moments of each");
        }
        bringToHost();
        var moments = updaterState.pointer();
        return new HostState(
                parameters.pointer(),
                new FloatPointer(moments).limit(length),
                moments.getPointer(length).limit(length));
    }

    public BlockLayout layout() {
        return layout;
    }

    /** Makes the host's copy of the arrays current; before the first read or write. */
    public void bringToHost() {
        parameters.bringToHost();
        updaterState.bringToHost();
        momentum.bringToHost();
    }

    /** Makes the host's copy of the arrays the valid one; after the last write. */
    public void written() {
        parameters.written();
        updaterState.written();
        momentum.written();
    }

    /** A block's own memory, to be read and written; a buffer of the caller's own. Valid as long as the graph. */
    public ByteBuffer block(int index) {
        BlockLayout.Block block = layout.block(index);
        return vector(block).bytes(block.firstFloat(), block.floats());
    }

    /**
     * A number that tells whether the state has been replaced: of some thousand floats spread over it, so that it costs
     * nothing. A single changed float may escape it.
     */
    public int fingerprint() {
        int hash = 1;
        for (int index = 0; index < layout.blockCount(); index++) {
            ByteBuffer bytes = block(index);
            int floats = bytes.remaining() / Float.BYTES;
            int stride = Math.max(1, floats / SAMPLES_OF_A_BLOCK);
            for (int i = 0; i < floats; i += stride) {
                hash = 31 * hash + bytes.getInt(i * Float.BYTES);
            }
        }
        return hash;
    }

    private FlatVector vector(BlockLayout.Block block) {
        return switch (block.section()) {
            case PARAMETERS -> parameters;
            case UPDATER -> updaterState;
            case MOMENTUM -> momentum;
            case ROUNDING_ERROR, START -> throw new IndexOutOfBoundsException(block + " is not in a graph");
        };
    }
}
