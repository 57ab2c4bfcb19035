package org.casdm.cascade.graph;

import java.util.Objects;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A vertex of a DL4J graph that computes a {@link VertexFunction}. */
public final class FunctionVertex extends CascadeVertex {

    private static final long serialVersionUID = 1;

    private final VertexFunction function;

    /** A vertex for a function; functions are records, compared by value. */
    public FunctionVertex(VertexFunction function) {
        this.function = Objects.requireNonNull(function);
    }

    @Override
    public GraphVertex clone() {
        return new FunctionVertex(function);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FunctionVertex vertex && vertex.function.equals(function);
    }

    @Override
    public int hashCode() {
        return function.hashCode();
    }

    @Override
    public long numParams(boolean backprop) {
        return 0;
    }

    @Override
    public int minVertexInputs() {
        return function.inputCount();
    }

    @Override
    public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
            ComputationGraph graph,
            String name,
            int index,
            INDArray paramsView,
            boolean initializeParams,
            DataType dataType) {
        return new Computation(graph, name, index, dataType, function);
    }

    /** The function in a graph. */
    public static final class Computation extends CascadeVertex.Computation {

        private static final long serialVersionUID = 1;

        private final VertexFunction function;
        private transient INDArray lastValue;

        private Computation(
                ComputationGraph graph, String name, int index, DataType dataType, VertexFunction function) {
            super(graph, name, index, dataType);
            this.function = function;
        }

        @Override
        public INDArray doForward(boolean training, LayerWorkspaceMgr workspaces) {
            var value = function.forward(inputs);
            lastValue = function.keepsValue() ? value : null;
            return value;
        }

        /** The value of the last forward pass of a function that keeps it; null before the first. */
        public INDArray lastValue() {
            return lastValue;
        }

        @Override
        public Pair<Gradient, INDArray[]> doBackward(boolean truncated, LayerWorkspaceMgr workspaces) {
            return new Pair<>(null, function.backward(inputs, epsilon));
        }

        @Override
        public String toString() {
            return "FunctionVertex(" + vertexName + ", " + function + ")";
        }
    }
}
