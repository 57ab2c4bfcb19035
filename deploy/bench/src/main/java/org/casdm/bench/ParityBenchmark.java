package org.casdm.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.cascade.LossWeights;
import org.casdm.cascade.ModelSpec;
import org.casdm.cascade.ModelSpec.Kind;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.engine.Arithmetic;
import org.casdm.engine.Arithmetic.Precision;
import org.casdm.engine.Batch;
import org.casdm.engine.Computer;
import org.casdm.engine.Device;
import org.casdm.engine.HostState;
import org.casdm.engine.TrainingPlan;
import org.casdm.engine.nd4j.Nd4jEngine;
import org.casdm.network.UNetParameters;
import org.casdm.network.UNetSpec;
import org.casdm.optimizer.AdamW;

/**
 * How far an engine's training step is from ND4J's in float32 on the CPU, which the tests hold to the reference results:
 * the check of an engine on a device that the tests do not reach.
 */
public final class ParityBenchmark {

    private static final int COLOURS = 3;
    private static final int SIZE = 16;
    private static final int IMAGES = 4;
    private static final int TIMESTEPS = 1000;
    private static final long SEED = 20240205;
    private static final double BETA1 = 0.9;

    private final Computer computer;
    private final int threads;

    /** What a step leaves behind; its gradient is in the first moments. */
    private record Taken(double score, float[] firstMoments, float[] parameters) {}

    /**
     * @param computer what is compared
     * @param threads host threads of both
     */
    public ParityBenchmark(Computer computer, int threads) {
        this.computer = computer;
        this.threads = threads;
    }

    /**
     * Runs; the result is what is printed as JSON: for each kind of model distances relative to ND4J's, of the loss, of
     * the gradient (Euclidean), and of what the step changes of the parameters (Euclidean).
     */
    public Map<String, Object> run() {
        var report = new LinkedHashMap<String, Object>();
        report.put("program", "casdm");
        report.put("computer", computer.toString());
        for (var kind : Kind.values()) {
            report.put(kind.configName(), compare(model(kind)));
        }
        return report;
    }

    private Map<String, Double> compare(ModelSpec model) {
        var start = start(model);
        var batch = batch();
        var reference = take(new Computer(new Nd4jEngine(), Device.cpu(), Precision.FLOAT32), model, start, batch);
        var taken = take(computer, model, start, batch);
        var distances = new LinkedHashMap<String, Double>();
        distances.put("loss_distance", Math.abs(taken.score / reference.score - 1));
        // b1 m + (1 - b1) g, with g clipped to a norm of 1.
        distances.put("gradient_distance", distance(taken.firstMoments, reference.firstMoments, start[1], BETA1));
        distances.put("parameter_distance", distance(taken.parameters, reference.parameters, start[0], 1));
        return distances;
    }

    /** Networks of 32 channels in two levels. */
    private static ModelSpec model(Kind kind) {
        var theta = new UNetSpec(
                COLOURS,
                kind == Kind.DUAL ? 2 * COLOURS + 1 : COLOURS,
                32,
                List.of(1, 2),
                1,
                List.of(2),
                2,
                true,
                0,
                0);
        return new ModelSpec(
                kind,
                theta,
                kind == Kind.CAS_DM ? Optional.of(theta.withChannels(COLOURS, COLOURS + 1)) : Optional.empty(),
                false,
                true,
                NoiseSchedule.linear(TIMESTEPS),
                false);
    }

    /** Parameters without zero layers, and moments as after some steps, so that a step depends on all of the gradient. */
    private static float[][] start(ModelSpec model) {
        var random = new Random(SEED);
        var parts = model.networks().stream()
                .map(network -> UNetParameters.of(network.spec()).initialise(SEED))
                .toList();
        int length = parts.stream().mapToInt(part -> part.length).sum();
        var state = new float[3][length];
        int from = 0;
        for (var part : parts) {
            System.arraycopy(part, 0, state[0], from, part.length);
            from += part.length;
        }
        for (int i = 0; i < length; i++) {
            state[0][i] += (float) (0.02 * random.nextGaussian());
            state[1][i] = (float) (1e-3 * random.nextGaussian());
            state[2][i] = 1e-5f * (1 + random.nextFloat());
        }
        return state;
    }

    private static Batch batch() {
        var random = new Random(SEED + 1);
        var x0 = new float[IMAGES * SIZE * SIZE * COLOURS];
        var epsilon = new float[x0.length];
        for (int i = 0; i < x0.length; i++) {
            x0[i] = 2 * random.nextFloat() - 1;
            epsilon[i] = (float) random.nextGaussian();
        }
        return new Batch(
                IMAGES,
                SIZE,
                COLOURS,
                x0,
                epsilon,
                random.ints(IMAGES, 0, TIMESTEPS).toArray(),
                null);
    }

    private Taken take(Computer with, ModelSpec model, float[][] start, Batch batch) {
        var plan = new TrainingPlan(
                model,
                new LossWeights(1, 1, 1),
                new AdamW(1e-2, 0, BETA1, 0.999, 1e-8, 1),
                0.01,
                Optional.empty(),
                1,
                false,
                new Arithmetic(with.precision(), threads));
        int length = start[0].length;
        try (var parameters = new FloatPointer(start[0]);
                var first = new FloatPointer(start[1]);
                var second = new FloatPointer(start[2]);
                var training = with.engine().trainingStep(plan, with.device())) {
            var state = new HostState(parameters, first, second);
            training.load(state);
            double score = training.step(batch, 0, SEED).score();
            training.store(state);
            var result = new Taken(score, new float[length], new float[length]);
            first.get(result.firstMoments);
            parameters.get(result.parameters);
            return result;
        }
    }

    /** |a - b| / |b - factor * origin|. */
    private static double distance(float[] a, float[] b, float[] origin, double factor) {
        double difference = 0;
        double size = 0;
        for (int i = 0; i < a.length; i++) {
            difference += Math.pow((double) a[i] - b[i], 2);
            size += Math.pow(b[i] - factor * origin[i], 2);
        }
        return Math.sqrt(difference / size);
    }
}
