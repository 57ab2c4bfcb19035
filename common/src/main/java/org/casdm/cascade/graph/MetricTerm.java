package org.casdm.cascade.graph;

import java.util.Objects;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.metric.function.MetricFunction;
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
 * A {@link MetricFunction} as a vertex: (prediction of x_0, x_0, timesteps) to the distance of each image, [images, 1]. The
 * gradient flows into the prediction alone. Images whose ᾱ_t is too small are not compared: their distance is 0.
 */
public final class MetricTerm extends CascadeVertex {

    private static final long serialVersionUID = 1;

    private final NoiseSchedule schedule;
    private final double minAlphaBar;

    /** A vertex that awaits its function. */
    public MetricTerm(NoiseSchedule schedule, double minAlphaBar) {
        this.schedule = Objects.requireNonNull(schedule);
        this.minAlphaBar = minAlphaBar;
    }

    @Override
    public GraphVertex clone() {
        return new MetricTerm(schedule, minAlphaBar);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MetricTerm term && term.schedule.equals(schedule) && term.minAlphaBar == minAlphaBar;
    }

    @Override
    public int hashCode() {
        return Objects.hash(schedule, minAlphaBar);
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

    /** The function in a graph. */
    public static final class Computation extends CascadeVertex.Computation {

        private static final long serialVersionUID = 1;

        private final MetricTerm config;
        private transient MetricFunction function;
        /** The images that are compared, and the gradients of their distances. */
        private transient int[] judged;

        private transient float[] gradients;

        private Computation(MetricTerm config, ComputationGraph graph, String name, int index, DataType dataType) {
            super(graph, name, index, dataType);
            this.config = config;
        }

        /** Gives the function, which stays the caller's. */
        public void setFunction(MetricFunction metric) {
            function = metric;
        }

        @Override
        public INDArray doForward(boolean training, LayerWorkspaceMgr workspaces) {
            if (function == null) {
                throw new IllegalStateException("The graph has a metric function among its terms, and none was set");
            }
            int[] timesteps = inputs[2].toIntVector();
            judged = config.schedule.withAlphaBarFrom(config.minAlphaBar, timesteps);
            var distances = new double[timesteps.length];
            if (judged.length > 0) {
                var comparison =
                        function.compare(judged(inputs[0]), judged(inputs[1]), judged.length, (int) inputs[0].size(1));
                gradients = comparison.gradient();
                for (int i = 0; i < judged.length; i++) {
                    distances[judged[i]] = comparison.distances()[i];
                }
            }
            return Nd4j.createFromArray(distances).castTo(dataType).reshape(distances.length, 1);
        }

        private float[] judged(INDArray images) {
            int length = (int) (images.length() / images.size(0));
            float[] all = images.dup('c').castTo(DataType.FLOAT).data().asFloat();
            var some = new float[judged.length * length];
            for (int i = 0; i < judged.length; i++) {
                System.arraycopy(all, judged[i] * length, some, i * length, length);
            }
            return some;
        }

        @Override
        public Pair<Gradient, INDArray[]> doBackward(boolean truncated, LayerWorkspaceMgr workspaces) {
            var gradient = Nd4j.zerosLike(inputs[0]);
            int length = (int) (gradient.length() / gradient.size(0));
            for (int i = 0; i < judged.length; i++) {
                var one = new float[length];
                System.arraycopy(gradients, i * length, one, 0, length);
                var slice = gradient.slice(judged[i]);
                slice.assign(Nd4j.createFromArray(one).castTo(dataType).reshape(slice.shape()));
                slice.muli(epsilon.getDouble(judged[i], 0));
            }
            return new Pair<>(null, new INDArray[] {gradient, Nd4j.zerosLike(inputs[1]), Nd4j.zerosLike(inputs[2])});
        }

        @Override
        public String toString() {
            return "MetricTerm(" + vertexName + ")";
        }
    }
}
