package org.casdm.engine.libtorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.casdm.cascade.LossWeights;
import org.casdm.cascade.ModelSpec;
import org.casdm.cascade.ModelSpec.Kind;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.engine.Arithmetic.Precision;
import org.casdm.engine.Batch;
import org.casdm.engine.Device;
import org.casdm.engine.EngineException;
import org.casdm.engine.HostState;
import org.casdm.engine.StepOutcome;
import org.casdm.engine.TrainingExamples;
import org.casdm.engine.TrainingPlan;
import org.casdm.engine.libtorch.tensor.Faults;
import org.casdm.engine.libtorch.tensor.Target;
import org.casdm.network.UNetSpec;
import org.casdm.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LibTorchTrainingStepIT {

    private final LibTorchEngine engine = new LibTorchEngine();

    private TrainingExamples.Result train(TrainingPlan plan, int images, int steps) {
        var batches = new ArrayList<Batch>();
        for (int step = 0; step < steps; step++) {
            batches.add(TrainingExamples.batch(plan.model(), images, 8, step));
        }
        return TrainingExamples.train(engine, plan, TrainingExamples.state(plan.model(), 9), batches);
    }

    private static void assertClose(TrainingExamples.Result ours, TrainingExamples.Result reference, double tolerance) {
        for (int part = 0; part < 3; part++) {
            assertThat(Golden.relativeError(
                            ours.state()[part], Golden.doubles(reference.state()[part])))
                    .as("state %d", part)
                    .isLessThan(tolerance);
        }
        for (int step = 0; step < ours.outcomes().size(); step++) {
            double score = reference.outcomes().get(step).score();
            assertThat(Math.abs(ours.outcomes().get(step).score() / score - 1))
                    .as("score of step %d", step)
                    .isLessThan(tolerance);
        }
    }

    @Test
    void microBatches_giveTheGradientOfTheWholeBatch() {
        var model = TrainingExamples.model(Kind.CAS_DM, true, 4, 0, true);
        // Five images in three parts: parts of unequal size weigh as many images as they have.
        assertClose(
                train(TrainingExamples.plan(model, 3, false, Precision.FLOAT32), 5, 2),
                train(TrainingExamples.plan(model), 5, 2),
                1e-4);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void checkpointedActivations_giveTheSameSteps(Kind kind) {
        // With dropout: the second run of a block drops what the first has dropped.
        var model = TrainingExamples.model(kind, false, 4, 0.3, true);
        assertClose(
                train(TrainingExamples.plan(model, 1, true, Precision.FLOAT32), 2, 2),
                train(TrainingExamples.plan(model), 2, 2),
                1e-6);
    }

    @Test
    void batchesGivenAhead_giveTheSameSteps() {
        var plan = TrainingExamples.plan(
                TrainingExamples.model(Kind.CAS_DM, false, 0, 0, true), 2, false, Precision.FLOAT32);
        var batches = LongStream.range(0, 3)
                .mapToObj(seed -> TrainingExamples.batch(plan.model(), 3, 8, seed))
                .toList();
        // The last but one is followed by another batch than it was said.
        var hints = List.of(Optional.of(batches.get(1)), Optional.of(batches.get(0)), Optional.<Batch>empty());
        var asked = new AtomicInteger();
        assertThat(scores(plan, batches, () -> hints.get(asked.getAndIncrement())))
                .isEqualTo(scores(plan, batches, Optional::empty));
        assertThat(asked).hasValue(3);
    }

    private static List<Double> scores(TrainingPlan plan, List<Batch> batches, Supplier<Optional<Batch>> next) {
        var scores = new ArrayList<Double>();
        withState(plan, training -> {
            training.ahead(next);
            StepOutcome last = null;
            for (int step = 0; step < batches.size(); step++) {
                last = training.step(batches.get(step), step, step);
                scores.add(last.score());
            }
            return last;
        });
        return scores;
    }

    @Test
    void dropout_dependsOnTheSeedOnly() {
        var model = TrainingExamples.model(Kind.DDPM, false, 0, 0.5, true);
        var plan = TrainingExamples.plan(model);
        var batch = TrainingExamples.batch(model, 2, 8, 1);
        assertThat(score(plan, batch, 1)).isEqualTo(score(plan, batch, 1)).isNotEqualTo(score(plan, batch, 2));
    }

    private double score(TrainingPlan plan, Batch batch, long seed) {
        return withState(plan, training -> training.step(batch, 0, seed)).score();
    }

    private interface Use {
        StepOutcome of(LibTorchTrainingStep training);
    }

    private static StepOutcome withState(TrainingPlan plan, Use use) {
        var start = TrainingExamples.state(plan.model(), 9);
        try (var parameters = new FloatPointer(start[0]);
                var first = new FloatPointer(start[1]);
                var second = new FloatPointer(start[2]);
                var training = new LibTorchTrainingStep(plan, Target.of(Device.cpu(), plan.arithmetic()))) {
            training.load(new HostState(parameters, first, second));
            return use.of(training);
        }
    }

    @Test
    void stepWithoutFiniteLoss_leavesTheStateBitForBit() {
        var model = TrainingExamples.model(Kind.CAS_DM, false, 0, 0, true);
        var start = TrainingExamples.state(model, 9);
        var good = TrainingExamples.batch(model, 2, 8, 1);
        var bad = TrainingExamples.batch(model, 2, 8, 2);
        bad.x0()[17] = Float.NaN;
        var plan = TrainingExamples.plan(model);

        var skipped = TrainingExamples.train(engine, plan, start, List.of(bad));

        assertThat(skipped.outcomes().get(0).skipped()).isTrue();
        assertThat(skipped.outcomes().get(0).score()).isNaN();
        assertThat(skipped.state()).isDeepEqualTo(start);
        // The steps after it are not disturbed.
        assertThat(TrainingExamples.train(engine, plan, start, List.of(bad, good))
                        .outcomes()
                        .get(1)
                        .skipped())
                .isFalse();
    }

    @Test
    void gradientWhoseSquaresOverflow_isSkippedToo() {
        var model = TrainingExamples.model(Kind.DDPM, false, 0, 0, true);
        var start = TrainingExamples.state(model, 9);
        var usual = TrainingExamples.plan(model);
        var plan = new TrainingPlan(
                model,
                new LossWeights(1e30, 1, 1),
                usual.optimizer(),
                0,
                Optional.empty(),
                1,
                false,
                usual.arithmetic());

        var result = TrainingExamples.train(engine, plan, start, List.of(TrainingExamples.batch(model, 2, 8, 1)));

        assertThat(result.outcomes().get(0).score()).isFinite();
        assertThat(result.outcomes().get(0).gradientNorm()).isInfinite();
        assertThat(result.outcomes().get(0).skipped()).isTrue();
        assertThat(result.state()).isDeepEqualTo(start);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void bfloat16_isNearFloat32(Kind kind) {
        var model = TrainingExamples.model(kind, false, 4, 0, true);
        var half = train(TrainingExamples.plan(model, 2, false, Precision.BF16), 4, 1);
        var single = train(TrainingExamples.plan(model), 4, 1);
        var ours = half.outcomes().get(0);
        var reference = single.outcomes().get(0);
        // 8 bits of mantissa: 0.4 % an operation.
        assertThat(ours.score()).isNotEqualTo(reference.score());
        assertThat(Math.abs(ours.score() / reference.score() - 1)).isLessThan(0.02);
        assertThat(Math.abs(ours.gradientNorm() / reference.gradientNorm() - 1)).isLessThan(0.05);
        assertThat(Golden.relativeError(half.state()[1], Golden.doubles(single.state()[1])))
                .isLessThan(0.1);
    }

    @Test
    void bfloat16_learns() {
        var model = TrainingExamples.model(Kind.CAS_DM, true, 0, 0, true);
        var batch = TrainingExamples.batch(model, 4, 8, 1);
        var scores = TrainingExamples.train(
                        engine,
                        TrainingExamples.plan(model, 1, false, Precision.BF16),
                        TrainingExamples.state(model, 9),
                        Collections.nCopies(20, batch))
                .outcomes()
                .stream()
                .mapToDouble(StepOutcome::score)
                .toArray();
        assertThat(scores[19]).isLessThan(0.9 * scores[0]);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void manySteps_takeNoMoreMemory() throws IOException {
        var network = new UNetSpec(3, 3, 32, List.of(1), 1, List.of(), 2, true, 0.1, 4);
        var model = new ModelSpec(Kind.DDPM, network, Optional.empty(), false, true, NoiseSchedule.cosine(100), true);
        var plan = TrainingExamples.plan(model, 2, true, Precision.FLOAT32);
        var batch = TrainingExamples.batch(model, 2, 8, 1);
        var growth = new long[1];
        withState(plan, training -> {
            for (int step = 0; step < 50; step++) {
                training.step(batch, step, step);
            }
            long before = resident();
            StepOutcome last = null;
            for (int step = 50; step < 350; step++) {
                last = training.step(batch, step, step);
            }
            growth[0] = resident() - before;
            return last;
        });
        // A step's activations take about 1 MiB: three hundred would show.
        assertThat(growth[0]).isLessThan(64L << 20);
    }

    /** Memory of this process, in bytes. */
    private static long resident() {
        System.gc();
        try {
            long pages =
                    Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]);
            return pages * 4096;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void outOfMemory_saysHowMuchAndWhatToChange() {
        var model = TrainingExamples.model(Kind.DDPM, false, 0, 0, true);
        var error = new RuntimeException("CUDA out of memory. Tried to allocate 2.50 GiB. GPU 1 has a total capacity of"
                + " 79.10 GiB of which 1.20 GiB is free.\nException raised from ...");
        var target = new Target(1, ScalarType.BFloat16, false, 1);
        assertThat(Faults.translate(error, target, "a training step of 64 images", "Take fewer"))
                .isInstanceOf(EngineException.class)
                .hasMessage("engine libtorch: GPU 1 has not enough memory for a training step of 64 images: 2.50 GiB"
                        + " more were asked for. Take fewer");
        // The CPU's allocator says it in other words.
        var batch = TrainingExamples.batch(model, 1, 8, 1);
        var huge = new Batch(1 << 22, 1 << 12, 3, batch.x0(), batch.epsilon(), new int[1 << 22], null);
        assertThatThrownBy(() -> withState(TrainingExamples.plan(model), training -> training.step(huge, 0, 0)))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("the CPU has not enough memory for a training step of 4194304 images")
                .hasMessageContaining("train.accumulate");
    }
}
