package org.casdm.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.cascade.LossWeights;
import org.casdm.cascade.ModelSpec;
import org.casdm.cascade.ModelSpec.Kind;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.engine.Arithmetic.Precision;
import org.casdm.network.UNetParameters;
import org.casdm.network.UNetSpec;
import org.casdm.optimizer.AdamW;

/** Small models, batches and states for tests of training steps. */
public final class TrainingExamples {

    private TrainingExamples() {}

    /** A model of a kind with 3 colours; networks of 32 channels in two levels. */
    public static ModelSpec model(Kind kind, boolean phiSeesXt, int classes, double dropout, boolean scaleShift) {
        var theta = new UNetSpec(
                3, kind == Kind.DUAL ? 7 : 3, 32, List.of(1, 2), 1, List.of(2), 2, scaleShift, dropout, classes);
        return new ModelSpec(
                kind,
                theta,
                kind == Kind.CAS_DM ? Optional.of(theta.withChannels(phiSeesXt ? 6 : 3, 4)) : Optional.empty(),
                phiSeesXt,
                true,
                NoiseSchedule.cosine(100),
                true);
    }

    /** A plan without metric function that takes whole batches in float32. */
    public static TrainingPlan plan(ModelSpec model) {
        return plan(model, 1, false, Precision.FLOAT32);
    }

    /** A plan without metric function, on one thread: two wait for each other where processors are busy. */
    public static TrainingPlan plan(
            ModelSpec model, int accumulate, boolean checkpointActivations, Precision precision) {
        return new TrainingPlan(
                model,
                new LossWeights(1, 1, 1),
                new AdamW(1e-3, 10, 0.9, 0.999, 1e-8, 1),
                0.01,
                Optional.empty(),
                accumulate,
                checkpointActivations,
                new Arithmetic(precision, 1));
    }

    /** Uniform images and normal noise. */
    public static Batch batch(ModelSpec model, int images, int size, long seed) {
        var random = new Random(seed);
        var x0 = new float[images * size * size * model.colours()];
        var epsilon = new float[x0.length];
        for (int i = 0; i < x0.length; i++) {
            x0[i] = 2 * random.nextFloat() - 1;
            epsilon[i] = (float) random.nextGaussian();
        }
        int classes = model.theta().classes();
        return new Batch(
                images,
                size,
                model.colours(),
                x0,
                epsilon,
                random.ints(images, 0, model.schedule().steps()).toArray(),
                classes > 0 ? random.ints(images, 0, classes).toArray() : null);
    }

    /** The same with the first image at timestep 0, and values at both ends of the range of levels. */
    public static Batch atTimestepZero(Batch batch) {
        var timesteps = batch.timesteps().clone();
        timesteps[0] = 0;
        var x0 = batch.x0().clone();
        for (int i = 0; i < x0.length; i++) {
            x0[i] = i % 7 == 0 ? 1 : i % 7 == 1 ? -1 : (Math.round((x0[i] + 1) * 127.5f) / 127.5f) - 1;
        }
        return new Batch(
                batch.images(), batch.size(), batch.channels(), x0, batch.epsilon(), timesteps, batch.labels());
    }

    /** Random parameters, so that no layer is zero; moments as after some steps. */
    public static float[][] state(ModelSpec model, long seed) {
        int length = Math.toIntExact(model.networks().stream()
                .mapToLong(network -> UNetParameters.of(network.spec()).length())
                .sum());
        var random = new Random(seed);
        var state = new float[3][length];
        int start = 0;
        for (var network : model.networks()) {
            var layout = UNetParameters.of(network.spec());
            for (var parameter : layout.all()) {
                long[] shape = parameter.fileShape();
                double scale = shape.length == 1 ? 0.1 : Math.sqrt((double) shape[0] / parameter.length());
                boolean norm = parameter.name().matches(".*(in_layers.0|out_layers.0|norm|^out.0).weight");
                int from = Math.toIntExact(start + parameter.offset());
                for (int i = from; i < from + parameter.length(); i++) {
                    state[0][i] = (float) (scale * random.nextGaussian() + (norm ? 1 : 0));
                }
            }
            start += Math.toIntExact(layout.length());
        }
        for (int i = 0; i < length; i++) {
            state[1][i] = (float) (1e-3 * random.nextGaussian());
            state[2][i] = 1e-5f * random.nextFloat();
        }
        return state;
    }

    /**
     * What some steps lead to.
     *
     * @param state parameters and moments after them
     * @param outcomes of each step
     */
    public record Result(float[][] state, List<StepOutcome> outcomes) {}

    /** Takes steps from a state on the CPU, one on each batch. */
    public static Result train(Engine engine, TrainingPlan plan, float[][] start, List<Batch> batches) {
        try (var parameters = new FloatPointer(start[0]);
                var moments = new FloatPointer(2L * start[0].length);
                var training = engine.trainingStep(plan, Device.cpu())) {
            var second = moments.getPointer(start[0].length);
            moments.put(start[1]);
            second.put(start[2]);
            var state = new HostState(parameters, new FloatPointer(moments).limit(start[0].length), second);
            training.load(state);
            var outcomes = new ArrayList<StepOutcome>();
            for (int i = 0; i < batches.size(); i++) {
                outcomes.add(training.step(batches.get(i), 5 + i, 77 + i));
            }
            training.store(state);
            var after = new float[3][start[0].length];
            parameters.get(after[0]);
            moments.get(after[1]);
            second.get(after[2]);
            return new Result(after, outcomes);
        }
    }
}
