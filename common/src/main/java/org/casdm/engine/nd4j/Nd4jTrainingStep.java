package org.casdm.engine.nd4j;

import java.util.Optional;
import java.util.OptionalDouble;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.casdm.cascade.CascadeGraph;
import org.casdm.engine.Batch;
import org.casdm.engine.HostState;
import org.casdm.engine.StepOutcome;
import org.casdm.engine.TrainingPlan;
import org.casdm.engine.TrainingStep;
import org.casdm.lpips.Lpips;
import org.casdm.metric.function.MetricFunction;
import org.casdm.network.nd4j.kernel.HostMemory;
import org.casdm.optimizer.GuardedUpdater;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * {@link CascadeGraph} and its optimizer. On the CPU they work in the host state's own memory, where its moments follow
 * each other; else on copies.
 */
final class Nd4jTrainingStep implements TrainingStep {

    private final TrainingPlan plan;

    private CascadeGraph graph;
    private GuardedUpdater updater;
    private HostState place;
    /** Of the last step; null before the first. */
    private INDArray skippedGradient;

    Nd4jTrainingStep(TrainingPlan plan) {
        this.plan = plan;
    }

    @Override
    public void load(HostState state) {
        if (graph == null || worksIn(place) && !samePlace(state)) {
            build(state);
        }
        if (!worksIn(state)) {
            long length = state.parameters().limit();
            copy(state.parameters(), host(graph.params()), 0, length);
            copy(state.firstMoments(), host(moments()), 0, length);
            copy(state.secondMoments(), host(moments()), length, length);
            Nd4j.getAffinityManager().tagLocation(graph.params(), Location.HOST);
            Nd4j.getAffinityManager().tagLocation(moments(), Location.HOST);
        }
    }

    private void build(HostState state) {
        closeGraph();
        place = state;
        long length = state.parameters().limit();
        boolean inPlace = worksIn(state);
        var parameters = inPlace
                ? HostMemory.vector(state.parameters())
                : Nd4j.createUninitializedDetached(DataType.FLOAT, length);
        var moments = inPlace
                ? HostMemory.vector(new FloatPointer(state.firstMoments()).limit(2 * length))
                : Nd4j.createUninitializedDetached(DataType.FLOAT, 2 * length);
        var metric = plan.metric().map(TrainingPlan.Metric::spec);
        graph = new CascadeGraph(CascadeGraph.configure(
                plan.model(),
                new CascadeGraph.Training(
                        plan.optimizer(),
                        plan.weightDecay(),
                        0,
                        plan.arithmetic().threads(),
                        DataType.FLOAT,
                        metric,
                        plan.losses().lpipsMinAlphaBar(),
                        plan.function().isPresent()
                                ? OptionalDouble.of(plan.losses().metricMinAlphaBar())
                                : OptionalDouble.empty(),
                        plan.losses().bound().trainsMean())));
        graph.init(parameters.reshape(1, length), false);
        updater = new GuardedUpdater(graph, moments);
        graph.setUpdater(updater);
        plan.function().ifPresent(graph::setMetric);
        plan.metric()
                .ifPresent(lpips -> graph.setLpips(new Lpips(
                        lpips.spec(), lpips.weights(), plan.arithmetic().threads())));
    }

    /** Whether the graph can work in the state's memory. */
    private static boolean worksIn(HostState state) {
        long bytes = state.parameters().limit() * Float.BYTES;
        return Nd4j.getEnvironment().isCPU()
                && state.secondMoments().address() == state.firstMoments().address() + bytes;
    }

    private boolean samePlace(HostState state) {
        return state.parameters().address() == place.parameters().address()
                && state.firstMoments().address() == place.firstMoments().address()
                && state.secondMoments().address() == place.secondMoments().address();
    }

    private INDArray moments() {
        return updater.getStateViewArray();
    }

    /** Memory of an array on the host, made current. */
    private static FloatPointer host(INDArray array) {
        Nd4j.getExecutioner().commit();
        Nd4j.getAffinityManager().ensureLocation(array, Location.HOST);
        return new FloatPointer(array.data().pointer());
    }

    private static void copy(FloatPointer from, FloatPointer to, long toStart, long length) {
        Pointer.memcpy(to.getPointer(toStart), from, length * Float.BYTES);
    }

    @Override
    public StepOutcome step(Batch batch, long step, long seed) {
        skippedGradient = null;
        graph.getConfiguration().setIterationCount(Math.toIntExact(step));
        Nd4j.getRandom().setSeed(seed);
        updater.setListener(
                (score, norm) -> skippedGradient = graph.getFlattenedGradients().dup());
        graph.fit(minibatch(batch));
        updater.setListener(GuardedUpdater.NOBODY);
        return new StepOutcome(graph.score(), graph.lastTermsOfImages(), updater.gradientNorm(), updater.skipped());
    }

    private MultiDataSet minibatch(Batch batch) {
        var minibatch = CascadeGraph.batch(
                plan.model(),
                images(batch.x0(), batch),
                images(batch.epsilon(), batch),
                column(batch.timesteps()),
                batch.labels() == null ? null : column(batch.labels()),
                plan.losses());
        batch.weights()
                .ifPresent(weights -> minibatch
                        .getLabels(0)
                        .muliColumnVector(Nd4j.createFromArray(weights).reshape(weights.length, 1)));
        return minibatch;
    }

    private static INDArray images(float[] values, Batch batch) {
        return Nd4j.createFromArray(values).reshape(batch.images(), batch.size(), batch.size(), batch.channels());
    }

    private static INDArray column(int[] values) {
        return Nd4j.createFromArray(values).castTo(DataType.FLOAT).reshape(values.length, 1);
    }

    @Override
    public void store(HostState state) {
        if (worksIn(state) && samePlace(state)) {
            return;
        }
        long length = state.parameters().limit();
        copy(host(graph.params()), state.parameters(), 0, length);
        var moments = host(moments());
        copy(moments, state.firstMoments(), 0, length);
        copy(moments.getPointer(length), state.secondMoments(), 0, length);
    }

    @Override
    public void storeGradient(FloatPointer gradient) {
        var last = Optional.ofNullable(skippedGradient)
                .orElseThrow(() -> new IllegalStateException("the last step was not skipped: its gradient is gone"));
        copy(host(last), gradient, 0, last.length());
    }

    @Override
    public void close() {
        closeGraph();
        plan.function().ifPresent(MetricFunction::close);
    }

    private void closeGraph() {
        if (graph != null) {
            graph.close();
            graph = null;
            skippedGradient = null;
        }
    }
}
