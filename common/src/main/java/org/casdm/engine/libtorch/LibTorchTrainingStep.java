package org.casdm.engine.libtorch;

import java.util.ArrayList;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.casdm.engine.Batch;
import org.casdm.engine.HostState;
import org.casdm.engine.StepOutcome;
import org.casdm.engine.TrainingPlan;
import org.casdm.engine.TrainingStep;
import org.casdm.engine.libtorch.network.Dropout;
import org.casdm.engine.libtorch.network.LibTorchUNet;
import org.casdm.engine.libtorch.network.Pass;
import org.casdm.engine.libtorch.tensor.Faults;
import org.casdm.engine.libtorch.tensor.Target;
import org.casdm.engine.libtorch.tensor.Tensors;
import org.casdm.metric.function.MetricFunction;
import org.casdm.network.UNetParameters;

/** A model's training on one device. */
final class LibTorchTrainingStep implements TrainingStep {

    private static final String ADVICE =
            "Take smaller batches (train.batch-size-per-worker), cut them into more micro-batches"
                    + " (train.accumulate) or compute activations a second time (train.activation-checkpointing = true)";

    private final TrainingPlan plan;
    private final Target target;
    private final FlatLayout layout;
    private final FlatAdamW optimizer;
    private final double[] weights;
    private final Optional<LibTorchLpips> lpips;

    private TrainedVector parameters;
    private Tensor firstMoment;
    private Tensor secondMoment;
    private CascadeLoss loss;
    private Supplier<Optional<Batch>> next = Optional::empty;
    /** What {@link #next} gave in the step before. */
    private Optional<DeviceBatch> uploaded = Optional.empty();

    LibTorchTrainingStep(TrainingPlan plan, Target target) {
        this.plan = plan;
        this.target = target;
        layout = new FlatLayout(
                target,
                plan.model().networks().stream()
                        .map(network -> UNetParameters.of(network.spec()).all())
                        .toList());
        optimizer = new FlatAdamW(plan.optimizer(), plan.weightDecay());
        weights = plan.losses().of(plan.losses().terms(plan.model()));
        lpips = plan.metric().map(metric -> new LibTorchLpips(metric.spec(), metric.weights(), target));
    }

    @Override
    public void load(HostState state) {
        freeState();
        try {
            parameters = new TrainedVector(layout, state.parameters(), target);
            firstMoment = layout.load(state.firstMoments());
            secondMoment = layout.load(state.secondMoments());
        } catch (RuntimeException e) {
            throw translate(e, "the state of training");
        }
        var networks = new ArrayList<LibTorchUNet>();
        long start = 0;
        for (var network : plan.model().networks()) {
            var names = UNetParameters.of(network.spec());
            networks.add(new LibTorchUNet(network.spec(), parameters.weights(names, start), target));
            start += names.length();
        }
        loss = new CascadeLoss(plan.model(), plan.losses(), networks, lpips, plan.function(), target);
    }

    @Override
    public void ahead(Supplier<Optional<Batch>> batches) {
        next = batches;
    }

    @Override
    public StepOutcome step(Batch batch, long step, long seed) {
        requireLoaded();
        target.use();
        try (var scope = new PointerScope();
                var images = onDevice(batch)) {
            parameters.begin();
            var parts = new ArrayList<Tensor>();
            int count = Math.min(plan.accumulate(), batch.images());
            for (int part = 0; part < count; part++) {
                int first = part * batch.images() / count;
                int end = (part + 1) * batch.images() / count;
                try (var pass = Pass.training(new Dropout(target, seed + part), plan.checkpointActivations())) {
                    parts.add(loss.backward(images, first, end - first, pass));
                }
                parameters.collect();
            }
            var squares = FlatAdamW.squaredNorm(parameters.gradient());
            // Before anything waits for a GPU.
            uploaded = next.get().map(following -> DeviceBatch.of(following, target));
            var terms = download(Tensors.concatenate(0, parts.toArray(new Tensor[0])), batch.images());
            double score = score(terms, batch.weights());
            double norm = Math.sqrt(squares.item_float());
            boolean skipped = !Double.isFinite(score) || !Double.isFinite(norm);
            if (!skipped) {
                optimizer.update(parameters.values(), parameters.gradient(), firstMoment, secondMoment, step, norm);
            }
            return new StepOutcome(score, terms, norm, skipped);
        } catch (RuntimeException e) {
            throw translate(e, "a training step of " + batch.images() + " images");
        }
    }

    /** The batch as the step before has uploaded it, or now; the caller's to close. */
    private DeviceBatch onDevice(Batch batch) {
        var early = uploaded.filter(images -> images.batch() == batch);
        if (early.isEmpty()) {
            freeUploaded();
            return DeviceBatch.of(batch, target);
        }
        uploaded = Optional.empty();
        return early.get();
    }

    private void freeUploaded() {
        uploaded.ifPresent(DeviceBatch::close);
        uploaded = Optional.empty();
    }

    private double[][] download(Tensor ofImages, int images) {
        var values = new float[images * weights.length];
        Target.download(ofImages, values, 0);
        var terms = new double[images][weights.length];
        for (int i = 0; i < values.length; i++) {
            terms[i / weights.length][i % weights.length] = values[i];
        }
        return terms;
    }

    private double score(double[][] terms, Optional<float[]> ofImages) {
        double sum = 0;
        for (int image = 0; image < terms.length; image++) {
            double ofImage = 0;
            for (int i = 0; i < weights.length; i++) {
                ofImage += weights[i] * terms[image][i];
            }
            sum += ofImages.isPresent() ? ofImages.get()[image] * ofImage : ofImage;
        }
        return sum / terms.length;
    }

    @Override
    public void store(HostState state) {
        requireLoaded();
        try {
            layout.store(parameters.values(), state.parameters());
            layout.store(firstMoment, state.firstMoments());
            layout.store(secondMoment, state.secondMoments());
        } catch (RuntimeException e) {
            throw translate(e, "bringing the state of training to the host");
        }
    }

    @Override
    public void storeGradient(FloatPointer gradient) {
        requireLoaded();
        layout.store(parameters.gradient(), gradient);
    }

    private void requireLoaded() {
        if (loss == null) {
            throw new IllegalStateException("load() comes first");
        }
    }

    private RuntimeException translate(RuntimeException error, String what) {
        return Faults.translate(error, target, what, ADVICE);
    }

    private void freeState() {
        freeUploaded();
        if (parameters != null) {
            parameters.close();
        }
        Tensors.free(firstMoment, secondMoment);
        parameters = null;
        firstMoment = null;
        secondMoment = null;
        loss = null;
    }

    @Override
    public void close() {
        freeState();
        lpips.ifPresent(LibTorchLpips::close);
        plan.function().ifPresent(MetricFunction::close);
    }
}
