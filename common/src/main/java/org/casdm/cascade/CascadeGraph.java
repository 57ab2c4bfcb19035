package org.casdm.cascade;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.casdm.cascade.graph.BoundTerm;
import org.casdm.cascade.graph.CascadeTerms;
import org.casdm.cascade.graph.Diffuse;
import org.casdm.cascade.graph.EpsilonTerm;
import org.casdm.cascade.graph.EstimateX0;
import org.casdm.cascade.graph.FunctionVertex;
import org.casdm.cascade.graph.JoinChannels;
import org.casdm.cascade.graph.JoinTerms;
import org.casdm.cascade.graph.LpipsTerm;
import org.casdm.cascade.graph.MetricTerm;
import org.casdm.cascade.graph.ScaleTimesteps;
import org.casdm.cascade.graph.SelectChannels;
import org.casdm.cascade.graph.UNetVertex;
import org.casdm.cascade.graph.WeightedMean;
import org.casdm.lpips.Lpips;
import org.casdm.lpips.LpipsSpec;
import org.casdm.metric.function.MetricFunction;
import org.casdm.network.UNetSpec;
import org.casdm.network.nd4j.LayerClock;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * The training step as a DL4J graph. For {@code cas-dm}:
 *
 * <pre>
 *   x0, epsilon, timestep ─ diffuse ─ xt ─ theta ──────────────┬─────────────────┐
 *                                     └────────── estimate x̂0 ─┴─ phi ─ terms ── loss
 * </pre>
 *
 * <p>A θ that learns its variance has the variational bound as one more term. With LPIPS, the distance of φ's image and x_0 is one more term. For {@code ddpm} it is that of x̂_0, through which
 * θ then learns; for {@code dual} that of the network's x_0. The weights of LPIPS are no part of the graph's
 * configuration: the builder of a graph calls {@link #setLpips}.
 *
 * <p>The graph's features are x_0 and ε [images, height, width, channels], timesteps [images, 1] and, for a model with
 * classes, labels [images, 1]; its "labels" are the weights of the loss terms. Memory is the vertices' own affair, so
 * DL4J's workspaces are off. Networks get the timesteps {@linkplain ModelSpec#timestepFactor rescaled} where the model
 * says so, all else the schedule's own.
 */
public final class CascadeGraph extends ComputationGraph implements AutoCloseable {

    private static final long serialVersionUID = 1;
    private static final String TERMS = "terms";
    private static final String LOSS = "loss";
    private static final String PREDICTION = "prediction";

    /** A graph that is still to be initialised, as dl4j-spark's workers make it; else see {@link #create}. */
    public CascadeGraph(ComputationGraphConfiguration configuration) {
        super(configuration);
    }

    /**
     * How the graph is trained.
     *
     * @param updater the optimizer
     * @param weightDecay decoupled weight decay
     * @param seed of the initial parameters
     * @param threads host threads for the arithmetic around the matrix products
     * @param dataType FLOAT, or DOUBLE for gradient checks
     * @param lpips the metric function among the losses; empty: none
     * @param lpipsMinAlphaBar least ᾱ_t of the images that LPIPS judges; 0: all of them
     * @param metricMinAlphaBar the same for the other metric function; empty: none
     * @param boundTrainsMean {@link LossWeights.Bound#trainsMean}
     */
    public record Training(
            IUpdater updater,
            double weightDecay,
            long seed,
            int threads,
            DataType dataType,
            Optional<LpipsSpec> lpips,
            double lpipsMinAlphaBar,
            OptionalDouble metricMinAlphaBar,
            boolean boundTrainsMean) {

        /** Training with a metric function that judges all images; the bound, if there is one, trains the variance only. */
        public Training(
                IUpdater updater,
                double weightDecay,
                long seed,
                int threads,
                DataType dataType,
                Optional<LpipsSpec> lpips) {
            this(updater, weightDecay, seed, threads, dataType, lpips, 0, OptionalDouble.empty(), false);
        }

        /** Training without a metric function. */
        public Training(IUpdater updater, double weightDecay, long seed, int threads, DataType dataType) {
            this(updater, weightDecay, seed, threads, dataType, Optional.empty());
        }
    }

    /** The configuration of a model's graph. */
    public static ComputationGraphConfiguration configure(ModelSpec model, Training training) {
        var inputs = new ArrayList<>(List.of("x0", "epsilon", "timestep"));
        if (model.theta().classes() > 0) {
            inputs.add("label");
        }
        var graph = new NeuralNetConfiguration.Builder()
                .dataType(training.dataType())
                .seed(training.seed())
                .updater(training.updater())
                .miniBatch(false)
                .trainingWorkspaceMode(WorkspaceMode.NONE)
                .inferenceWorkspaceMode(WorkspaceMode.NONE)
                .graphBuilder()
                .addInputs(inputs)
                .addVertex("xt", new FunctionVertex(new Diffuse(model.schedule())), "x0", "epsilon", "timestep");
        String seenTimestep = "timestep";
        if (model.timestepFactor() != 1) {
            seenTimestep = "scaled timestep";
            graph.addVertex(seenTimestep, new FunctionVertex(new ScaleTimesteps(model.timestepFactor())), "timestep");
        }
        network(graph, "theta", model.theta(), "xt", seenTimestep, training);
        // The first terms are the loss, unless others are joined to them.
        boolean judged =
                training.lpips().isPresent() || training.metricMinAlphaBar().isPresent();
        String terms = judged ? "terms without metrics" : TERMS;
        String firstTerms = model.learnsVariance() ? "terms of images" : terms;
        int colours = model.colours();
        String epsilon = "theta";
        if (model.theta().outputChannels() > colours) {
            epsilon = "epsilon part";
            graph.addVertex(epsilon, new FunctionVertex(new SelectChannels(0, colours)), "theta");
        }
        switch (model.kind()) {
            case CAS_DM -> {
                graph.addVertex(
                        "estimate",
                        new FunctionVertex(new EstimateX0(model.schedule(), model.clip(), true)),
                        "xt",
                        epsilon,
                        "timestep");
                String phiInput = "estimate";
                if (model.phiSeesXt()) {
                    phiInput = "estimate and xt";
                    graph.addVertex(phiInput, new FunctionVertex(new JoinChannels()), "estimate", "xt");
                }
                network(graph, "phi", model.phi().orElseThrow(), phiInput, seenTimestep, training);
                graph.addVertex(
                        firstTerms,
                        new FunctionVertex(new CascadeTerms(model.schedule())),
                        epsilon,
                        "epsilon",
                        "phi",
                        "estimate",
                        "x0",
                        "timestep");
            }
            case DDPM -> graph.addVertex(firstTerms, new FunctionVertex(new EpsilonTerm()), epsilon, "epsilon");
            case DUAL -> {
                graph.addVertex("x0 part", new FunctionVertex(new SelectChannels(colours, 2 * colours + 1)), "theta")
                        .addVertex(
                                "estimate",
                                new FunctionVertex(new EstimateX0(model.schedule(), model.clip(), true)),
                                "xt",
                                epsilon,
                                "timestep")
                        .addVertex(
                                firstTerms,
                                new FunctionVertex(new CascadeTerms(model.schedule())),
                                epsilon,
                                "epsilon",
                                "x0 part",
                                "estimate",
                                "x0",
                                "timestep");
            }
        }
        if (model.learnsVariance()) {
            var bound = new BoundTerm(model.schedule(), training.boundTrainsMean());
            graph.addVertex("bound", new FunctionVertex(bound), "theta", "x0", "xt", "timestep")
                    .addVertex(terms, new FunctionVertex(new JoinTerms()), firstTerms, "bound");
        }
        if (judged) {
            metrics(graph, model, training, epsilon, terms);
        }
        return graph.addLayer(
                        LOSS,
                        new LossLayer.Builder(new WeightedMean())
                                .activation(Activation.IDENTITY)
                                .build(),
                        TERMS)
                .setOutputs(LOSS)
                .build();
    }

    private static void metrics(
            GraphBuilder graph, ModelSpec model, Training training, String epsilon, String ownTerms) {
        int colours = model.colours();
        switch (model.kind()) {
            case CAS_DM -> graph.addVertex(PREDICTION, new FunctionVertex(new SelectChannels(0, colours)), "phi");
            case DDPM ->
                graph.addVertex(
                        PREDICTION,
                        new FunctionVertex(new EstimateX0(model.schedule(), model.clip(), false)),
                        "xt",
                        epsilon,
                        "timestep");
            case DUAL ->
                graph.addVertex(PREDICTION, new FunctionVertex(new SelectChannels(colours, 2 * colours)), "theta");
        }
        String terms = ownTerms;
        if (training.lpips().isPresent()) {
            var vertex = new LpipsTerm(training.lpips().get(), model.schedule(), training.lpipsMinAlphaBar());
            String joined = training.metricMinAlphaBar().isPresent() ? "terms with lpips" : TERMS;
            graph.addVertex(LossWeights.LPIPS, vertex, PREDICTION, "x0", "timestep")
                    .addVertex(joined, new FunctionVertex(new JoinTerms()), terms, LossWeights.LPIPS);
            terms = joined;
        }
        if (training.metricMinAlphaBar().isPresent()) {
            var vertex = new MetricTerm(
                    model.schedule(), training.metricMinAlphaBar().getAsDouble());
            graph.addVertex(LossWeights.METRIC, vertex, PREDICTION, "x0", "timestep")
                    .addVertex(TERMS, new FunctionVertex(new JoinTerms()), terms, LossWeights.METRIC);
        }
    }

    private static void network(
            GraphBuilder graph, String name, UNetSpec spec, String input, String timestep, Training training) {
        // Each network starts from its own values, whatever the other's shape.
        long seed = training.seed() + name.hashCode();
        var vertex = new UNetVertex(spec, training.updater(), training.weightDecay(), seed, training.threads());
        if (spec.classes() > 0) {
            graph.addVertex(name, vertex, input, timestep, "label");
        } else {
            graph.addVertex(name, vertex, input, timestep);
        }
    }

    /** A graph with fresh parameters. */
    public static CascadeGraph create(ModelSpec model, Training training) {
        var graph = new CascadeGraph(configure(model, training));
        graph.init();
        graph.initGradientsView();
        return graph;
    }

    /**
     * One batch as the graph takes it.
     *
     * @param x0 images in [-1, 1], [images, height, width, channels]
     * @param epsilon standard normal noise of the same shape
     * @param timesteps [images, 1]
     * @param labels class labels [images, 1], null for a model without classes
     * @param weights of the loss terms; the weight of LPIPS has to be above 0 exactly if the graph has it
     */
    public static MultiDataSet batch(
            ModelSpec model, INDArray x0, INDArray epsilon, INDArray timesteps, INDArray labels, LossWeights weights) {
        var features = model.theta().classes() > 0
                ? new INDArray[] {x0, epsilon, timesteps, labels}
                : new INDArray[] {x0, epsilon, timesteps};
        var termWeights = Nd4j.createFromArray(weights.of(weights.terms(model))).castTo(x0.dataType());
        var repeated = Nd4j.create(x0.dataType(), x0.size(0), termWeights.length());
        repeated.addiRowVector(termWeights);
        return new MultiDataSet(features, new INDArray[] {repeated});
    }

    /** Which LPIPS the graph awaits; empty for a graph without. */
    public Optional<LpipsSpec> lpips() {
        return metric().map(LpipsTerm.Computation::spec);
    }

    /**
     * Gives the graph the metric function, before the first step; the graph closes it.
     *
     * @throws IllegalArgumentException if the graph has none, or another
     */
    public void setLpips(Lpips lpips) {
        metric().orElseThrow(() -> new IllegalArgumentException("The graph has no loss term lpips"))
                .setLpips(lpips);
    }

    /**
     * Gives the graph the metric function besides LPIPS, before the first step; it stays the caller's.
     *
     * @throws IllegalArgumentException if the graph has none
     */
    public void setMetric(MetricFunction function) {
        otherMetric()
                .orElseThrow(() -> new IllegalArgumentException("The graph has no loss term metric"))
                .setFunction(function);
    }

    private Optional<MetricTerm.Computation> otherMetric() {
        return Arrays.stream(getVertices())
                .filter(MetricTerm.Computation.class::isInstance)
                .map(MetricTerm.Computation.class::cast)
                .findFirst();
    }

    /** Who is told what kind of layer computes, from the next step on. */
    public void setClock(LayerClock clock) {
        networks().forEach(network -> network.setClock(clock));
        metric().ifPresent(metric -> metric.setClock(clock));
    }

    private Optional<LpipsTerm.Computation> metric() {
        return Arrays.stream(getVertices())
                .filter(LpipsTerm.Computation.class::isInstance)
                .map(LpipsTerm.Computation.class::cast)
                .findFirst();
    }

    /**
     * The unweighted loss terms of the last step, each a mean over the batch, in the order of {@link
     * LossWeights#terms}.
     */
    public double[] lastTerms() {
        return termsOfImages().mean(0).toDoubleVector();
    }

    /** The unweighted loss terms of the last step for each image, [image][term]. */
    public double[][] lastTermsOfImages() {
        return termsOfImages().castTo(DataType.DOUBLE).toDoubleMatrix();
    }

    private INDArray termsOfImages() {
        var terms = ((FunctionVertex.Computation) getVertex(TERMS)).lastValue();
        if (terms == null) {
            throw new IllegalStateException("The graph has not run");
        }
        return terms;
    }

    private Stream<UNetVertex.Computation> networks() {
        return Arrays.stream(getVertices())
                .filter(UNetVertex.Computation.class::isInstance)
                .map(UNetVertex.Computation.class::cast);
    }

    /** DL4J counts only the parameters of layers; those of vertices are trained as well. */
    @Override
    public long numParams(boolean backwards) {
        return params().length();
    }

    /** Frees the gradient's memory, of a graph that only holds a state; {@code initGradientsView} makes it again. */
    public void freeGradients() {
        if (flattenedGradients != null) {
            flattenedGradients.close();
            flattenedGradients = null;
        }
    }

    /** Frees the native memory of the networks' activations, and the metric function. */
    @Override
    public void close() {
        networks().forEach(UNetVertex.Computation::close);
        metric().ifPresent(LpipsTerm.Computation::close);
    }
}
