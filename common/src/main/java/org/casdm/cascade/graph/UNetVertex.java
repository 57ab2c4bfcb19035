package org.casdm.cascade.graph;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.casdm.network.UNetParameters;
import org.casdm.network.UNetSpec;
import org.casdm.network.nd4j.LayerClock;
import org.casdm.network.nd4j.Nd4jUNet;
import org.deeplearning4j.nn.api.TrainingConfig;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;

/**
 * A whole U-Net as one vertex of a DL4J graph.
 *
 * <p>Inputs: activation [images, height, width, channels], timesteps [images, 1], and class labels [images, 1] where
 * the network has classes. To DL4J the network has one parameter, the flat vector that {@link UNetParameters} lays
 * out: so the optimizer runs once over everything, and the network manages the memory of its activations.
 */
public final class UNetVertex extends CascadeVertex {

    private static final long serialVersionUID = 1;
    /** DL4J's name of the one parameter. */
    private static final String PARAMETER = "W";

    private final UNetSpec spec;
    private final IUpdater updater;
    private final double weightDecay;
    private final long seed;
    private final int threads;

    /**
     * @param spec the network
     * @param updater the optimizer; vertices with equal ones are updated together
     * @param weightDecay decoupled weight decay, a fraction of the learning rate for each step; 0: none
     * @param seed of the initial parameters
     * @param threads host threads for the arithmetic around the matrix products
     */
    public UNetVertex(UNetSpec spec, IUpdater updater, double weightDecay, long seed, int threads) {
        this.spec = Objects.requireNonNull(spec);
        this.updater = Objects.requireNonNull(updater);
        this.weightDecay = weightDecay;
        this.seed = seed;
        this.threads = threads;
    }

    @Override
    public GraphVertex clone() {
        return new UNetVertex(spec, updater, weightDecay, seed, threads);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof UNetVertex vertex
                && vertex.spec.equals(spec)
                && vertex.updater.equals(updater)
                && vertex.weightDecay == weightDecay
                && vertex.seed == seed
                && vertex.threads == threads;
    }

    @Override
    public int hashCode() {
        return Objects.hash(spec, updater, weightDecay, seed, threads);
    }

    @Override
    public long numParams(boolean backprop) {
        return UNetParameters.of(spec).length();
    }

    @Override
    public int minVertexInputs() {
        return spec.classes() > 0 ? 3 : 2;
    }

    @Override
    public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
            ComputationGraph graph,
            String name,
            int index,
            INDArray paramsView,
            boolean initializeParams,
            DataType dataType) {
        if (initializeParams) {
            paramsView.assign(Nd4j.createFromArray(UNetParameters.of(spec).initialise(seed))
                    .castTo(dataType)
                    .reshape(paramsView.shape()));
        }
        return new Computation(this, graph, name, index, paramsView, dataType);
    }

    /** The network in a graph. */
    public static final class Computation extends CascadeVertex.Computation implements AutoCloseable {

        private static final long serialVersionUID = 1;

        private final UNetVertex config;
        private final INDArray parameters;
        private INDArray gradients;
        private transient Nd4jUNet network;
        private transient LayerClock clock;

        private Computation(
                UNetVertex config,
                ComputationGraph graph,
                String name,
                int index,
                INDArray parameters,
                DataType dataType) {
            super(graph, name, index, dataType);
            this.config = config;
            this.parameters = parameters;
        }

        private Nd4jUNet network() {
            if (network == null) {
                network = new Nd4jUNet(config.spec, parameters, gradients, config.threads);
                if (clock != null) {
                    network.setClock(clock);
                }
            }
            return network;
        }

        /** Who is notified of what computes. */
        public void setClock(LayerClock observer) {
            clock = observer;
            if (network != null) {
                network.setClock(observer);
            }
        }

        @Override
        public INDArray doForward(boolean training, LayerWorkspaceMgr workspaces) {
            if (training && config.spec.dropout() > 0) {
                // ND4J's generator of this thread, as in DL4J's dropout: its seed fixes the choice.
                network().setDropoutKey(Nd4j.getRandom().nextLong());
            }
            return network().forward(inputs[0], inputs[1], inputs.length > 2 ? inputs[2] : null, training);
        }

        @Override
        public Pair<Gradient, INDArray[]> doBackward(boolean truncated, LayerWorkspaceMgr workspaces) {
            var inputGradients = new INDArray[inputs.length];
            inputGradients[0] = network().backward(epsilon);
            for (int i = 1; i < inputs.length; i++) {
                inputGradients[i] = Nd4j.zerosLike(inputs[i]);
            }
            var gradient = new DefaultGradient(gradients);
            gradient.setGradientFor(PARAMETER, gradients);
            return new Pair<>(gradient, inputGradients);
        }

        @Override
        public void setBackpropGradientsViewArray(INDArray view) {
            gradients = view;
            close();
        }

        @Override
        public Map<String, INDArray> paramTable(boolean backpropOnly) {
            return Collections.singletonMap(PARAMETER, parameters);
        }

        @Override
        public INDArray params() {
            return parameters;
        }

        @Override
        public INDArray getGradientsViewArray() {
            return gradients;
        }

        @Override
        public TrainingConfig getConfig() {
            return new Training(vertexName, config.updater, config.weightDecay);
        }

        /** Frees the network's threads and activations; they come back with the next use. */
        @Override
        public void close() {
            if (network != null) {
                network.close();
                network = null;
            }
        }

        @Override
        public String toString() {
            return "UNetVertex(" + vertexName + ", " + config.spec + ")";
        }
    }

    /** What DL4J's updater asks of a vertex with parameters. */
    private record Training(String getLayerName, IUpdater updater, double weightDecay) implements TrainingConfig {

        @Override
        public List<Regularization> getRegularizationByParam(String parameter) {
            return weightDecay > 0 ? List.of(new WeightDecay(weightDecay, true)) : List.of();
        }

        @Override
        public boolean isPretrainParam(String parameter) {
            return false;
        }

        @Override
        public IUpdater getUpdaterByParam(String parameter) {
            return updater;
        }

        @Override
        public GradientNormalization getGradientNormalization() {
            return GradientNormalization.None;
        }

        @Override
        public double getGradientNormalizationThreshold() {
            return 0;
        }

        @Override
        public void setDataType(DataType dataType) {
            if (!dataType.isFPType()) {
                throw new IllegalArgumentException("A network computes with floating point, not " + dataType);
            }
        }
    }
}
