package org.casdm.engine.libtorch;

import java.util.ArrayList;
import java.util.Optional;
import org.bytedeco.javacpp.FloatPointer;
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
        loss = new CascadeLoss(plan.model(), plan.losses(), networks, lpips, target);
    }

    @Override
    public StepOutcome step(Batch batch, long step, long seed) {
        requireLoaded();
        Target.useThreads(plan.arithmetic());
        try {
            parameters.begin();
            var terms = new double[batch.images()][weights.length];
            int parts = Math.min(plan.accumulate(), batch.images());
            for (int part = 0; part < parts; part++) {
                int first = part * batch.images() / parts;
                int end = (part + 1) * batch.images() / parts;
                try (var pass = Pass.training(new Dropout(target, seed + part), plan.checkpointActivations())) {
                    loss.backward(batch, first, end - first, pass, terms);
                }
                parameters.collect();
            }
            double score = score(terms);
            double norm = FlatAdamW.norm(parameters.gradient());
            boolean skipped = !Double.isFinite(score) || !Double.isFinite(norm);
            if (!skipped) {
                optimizer.update(parameters.values(), parameters.gradient(), firstMoment, secondMoment, step, norm);
            }
            return new StepOutcome(score, terms, norm, skipped);
        } catch (RuntimeException e) {
            throw translate(e, "a training step of " + batch.images() + " images");
        }
    }

    private double score(double[][] terms) {
        double sum = 0;
        for (var ofImage : terms) {
            for (int i = 0; i < weights.length; i++) {
                sum += weights[i] * ofImage[i];
            }
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
    }
}
