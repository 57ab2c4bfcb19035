package org.casdm.cascade.graph;

import java.util.Objects;
import org.casdm.diffusion.NoiseSchedule;
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
 * The metric function as a vertex: (prediction of x_0, x_0, timesteps) to the LPIPS distance of each image, [images, 1].
 * The gradient flows into the prediction alone. Images whose ᾱ_t is too small are not compared: their distance is 0.
 *
 * <p>The configuration says which LPIPS; its weights are no part of the model, so they travel neither with the
 * configuration nor with the parameters: the builder of the graph gives them to {@link Computation#setLpips}.
 */
public final class LpipsTerm extends CascadeVertex {

    private static final long serialVersionUID = 1;

    private final LpipsSpec spec;
    private final NoiseSchedule schedule;
    private final double minAlphaBar;

    /**
     * A vertex that awaits this LPIPS.
     *
     * @param schedule of the timesteps
     * @param minAlphaBar least ᾱ_t of the images that are compared; 0: all
     */
    public LpipsTerm(LpipsSpec spec, NoiseSchedule schedule, double minAlphaBar) {
        this.spec = Objects.requireNonNull(spec);
        this.schedule = Objects.requireNonNull(schedule);
        this.minAlphaBar = minAlphaBar;
    }

    @Override
    public GraphVertex clone() {
        return new LpipsTerm(spec, schedule, minAlphaBar);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LpipsTerm term
                && term.spec.equals(spec)
                && term.schedule.equals(schedule)
                && term.minAlphaBar == minAlphaBar;
    }

    @Override
    public int hashCode() {
        return Objects.hash(spec, schedule, minAlphaBar);
    }

    @Override
    public long numParams(boolean backprop) {
        return 0;
    }

    @Override
    public int minVertexInputs() {
        return 3;
    }

    @Override
    public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
            ComputationGraph graph,
            String name,
            int index,
            INDArray paramsView,
            boolean initializeParams,
            DataType dataType) {
        return new Computation(this, graph, name, index, dataType);
    }

    @Override
    public InputType getOutputType(int layerIndex, InputType... vertexInputs) {
        return InputType.feedForward(1);
    }

    /** The metric in a graph. */
    public static final class Computation extends CascadeVertex.Computation implements AutoCloseable {

        private static final long serialVersionUID = 1;

        private final LpipsTerm config;
        private transient Lpips lpips;
        /** The images that are compared. */
        private transient int[] judged;

        private transient LpipsResult result;
        private transient LayerClock clock;

        private Computation(LpipsTerm config, ComputationGraph graph, String name, int index, DataType dataType) {
            super(graph, name, index, dataType);
            this.config = config;
        }

        /** Which LPIPS the vertex awaits. */
        public LpipsSpec spec() {
            return config.spec;
        }

        /**
         * Gives the metric with its weights; the vertex closes it.
         *
         * @throws IllegalArgumentException if it is another LPIPS than the configuration's
         */
        public void setLpips(Lpips metric) {
            if (!metric.spec().equals(config.spec) || metric.dataType() != dataType) {
                throw new IllegalArgumentException("The graph awaits " + config.spec + " in " + dataType + ", not "
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
            int[] timesteps = inputs[2].toIntVector();
            judged = config.schedule.withAlphaBarFrom(config.minAlphaBar, timesteps);
            var distances = Nd4j.zeros(dataType, timesteps.length, 1);
            if (judged.length > 0) {
                result = lpips.forward(judged(inputs[0]), judged(inputs[1]), training);
                double[] values = result.distances();
                for (int i = 0; i < judged.length; i++) {
                    distances.putScalar(judged[i], 0, values[i]);
                }
            }
            clock().leave(outer, 0);
            return distances;
        }

        @Override
        public Pair<Gradient, INDArray[]> doBackward(boolean truncated, LayerWorkspaceMgr workspaces) {
            var outer = clock().enter(LayerClock.Kind.METRIC);
            var gradient = Nd4j.zerosLike(inputs[0]);
            if (judged.length > 0) {
                var ofJudged = result.backward(judged(epsilon));
                for (int i = 0; i < judged.length; i++) {
                    gradient.slice(judged[i]).assign(ofJudged.slice(i));
                }
            }
            clock().leave(outer, 0);
            return new Pair<>(null, new INDArray[] {gradient, Nd4j.zerosLike(inputs[1]), Nd4j.zerosLike(inputs[2])});
        }

        /** The rows of the images that are compared. */
        private INDArray judged(INDArray rows) {
            return judged.length == rows.size(0)
                    ? rows
                    : Nd4j.pullRows(rows.reshape(rows.size(0), -1), 1, judged).reshape(shape(rows));
        }

        private long[] shape(INDArray rows) {
            long[] shape = rows.shape().clone();
            shape[0] = judged.length;
            return shape;
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
            return "LpipsTerm(" + vertexName + ", " + config.spec + ")";
        }
    }
}
