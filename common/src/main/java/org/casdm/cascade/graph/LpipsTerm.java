package org.casdm.cascade.graph;

import java.util.Objects;
import org.casdm.lpips.Lpips;
import org.casdm.lpips.LpipsResult;
import org.casdm.lpips.LpipsSpec;
import org.casdm.network.nd4j.LayerClock;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The metric function as a vertex: (prediction of x_0, x_0) to the LPIPS distance of each image, [images, 1]. The
 * gradient flows only into the prediction.
 *
 * <p>The configuration says which LPIPS; its weights are no part of the model, so they travel neither with the
 * configuration nor with the parameters: the builder of the graph gives them to {@link Computation#setLpips}.
 */
public final class LpipsTerm extends CascadeVertex {

    private static final long serialVersionUID = 1;

    private final LpipsSpec spec;

    /** A vertex that awaits this LPIPS. */
    public LpipsTerm(LpipsSpec spec) {
        this.spec = Objects.requireNonNull(spec);
    }

    @Override
    public GraphVertex clone() {
        return new LpipsTerm(spec);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LpipsTerm term && term.spec.equals(spec);
    }

    @Override
    public int hashCode() {
        return spec.hashCode();
    }

    @Override
    public long numParams(boolean backprop) {
        return 0;
    }

    @Override
    public int minVertexInputs() {
        return 2;
    }

    @Override
    public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
            ComputationGraph graph,
            String name,
            int index,
            INDArray paramsView,
            boolean initializeParams,
            DataType dataType) {
        return new Computation(spec, graph, name, index, dataType);
    }

    @Override
    public InputType getOutputType(int layerIndex, InputType... vertexInputs) {
        return InputType.feedForward(1);
    }

    /** The metric in a graph. */
    public static final class Computation extends CascadeVertex.Computation implements AutoCloseable {

        private static final long serialVersionUID = 1;

        private final LpipsSpec spec;
        private transient Lpips lpips;
        private transient LpipsResult result;
        private transient LayerClock clock;

        private Computation(LpipsSpec spec, ComputationGraph graph, String name, int index, DataType dataType) {
            super(graph, name, index, dataType);
            this.spec = spec;
        }

        /** Which LPIPS the vertex awaits. */
        public LpipsSpec spec() {
            return spec;
        }

        /**
         * Gives the metric with its weights; the vertex closes it.
         *
         * @throws IllegalArgumentException if it is another LPIPS than the configuration's
         */
        public void setLpips(Lpips metric) {
            if (!metric.spec().equals(spec) || metric.dataType() != dataType) {
                throw new IllegalArgumentException("The graph awaits " + spec + " in " + dataType + ", not "
                        + metric.spec() + " in " + metric.dataType());
            }
            close();
            lpips = metric;
        }

        /** Who is notified of what computes. */
        public void setClock(LayerClock observer) {
            clock = observer;
        }

        @Override
        public INDArray doForward(boolean training, LayerWorkspaceMgr workspaces) {
            if (lpips == null) {
                throw new IllegalStateException("The graph has the loss term lpips and no weights for it: setLpips has"
                        + " to be called first");
            }
            var outer = clock().enter(LayerClock.Kind.METRIC);
            result = lpips.forward(inputs[0], inputs[1], training);
            clock().leave(outer, 0);
            return Nd4j.createFromArray(result.distances()).castTo(dataType).reshape(inputs[0].size(0), 1);
        }

        @Override
        public Pair<Gradient, INDArray[]> doBackward(boolean truncated, LayerWorkspaceMgr workspaces) {
            var outer = clock().enter(LayerClock.Kind.METRIC);
            var gradient = result.backward(epsilon);
            clock().leave(outer, 0);
            return new Pair<>(null, new INDArray[] {gradient, Nd4j.zerosLike(inputs[1])});
        }

        private LayerClock clock() {
            return clock == null ? LayerClock.NONE : clock;
        }

        /** Frees the metric's memory; the shared weights stay. */
        @Override
        public void close() {
            result = null;
            if (lpips != null) {
                lpips.close();
                lpips = null;
            }
        }

        @Override
        public String toString() {
            return "LpipsTerm(" + vertexName + ", " + spec + ")";
        }
    }
}
