package org.casdm.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.casdm.cascade.ModelSpec;
import org.casdm.cascade.ModelSpec.Kind;
import org.casdm.config.CasdmConfig.EngineChoice;
import org.casdm.diffusion.NoiseLevels;
import org.casdm.diffusion.NoiseLevels.Spacing;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.diffusion.Respacing;
import org.casdm.network.UNetSpec;
import org.casdm.sampling.SamplerSettings.Estimator;
import org.casdm.sampling.SamplingMethod.DpmSolver;
import org.casdm.sampling.SamplingMethod.Heun;
import org.casdm.testing.EngineRequests;
import org.casdm.testing.Golden;
import org.casdm.testing.Networks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** DPM-Solver++ and Heun's method against diffusers and EDM. */
class SolverGoldenIT {

    private static final int SIZE = 16;
    private static final NoiseSchedule SCHEDULE = NoiseSchedule.linear(1000);
    private static final int[] STEPS = {5, 10};

    private final Golden theta = Golden.load("solvers");
    private final Golden cascade = Golden.load("solvers_cascade");

    private static double error(
            EngineChoice engine,
            Golden golden,
            String name,
            ModelSpec model,
            Map<String, String> seeds,
            SamplerSettings settings) {
        var computer = EngineRequests.computer(engine);
        try (var vector = Networks.formulaParameters(model, seeds::get);
                var sampler = new Sampler(
                        computer.engine(), computer.device(), computer.arithmetic(2), model, vector, SIZE, settings)) {
            var initial = Networks.channelsLast(golden, "xT", DataType.FLOAT);
            var images = sampler.sample(
                    initial.data().asFloat(),
                    (step, target) -> {
                        throw new AssertionError("no noise is added");
                    },
                    null,
                    StepListener.NONE);
            return Golden.relativeError(
                    Networks.channelsFirst(Nd4j.createFromArray(images).reshape(initial.shape())),
                    golden.doubles(name));
        }
    }

    private static SamplerSettings settings(SamplingMethod method, int steps, boolean clip) {
        return new SamplerSettings(Integer.toString(steps), method, Estimator.CASCADE, clip, 0);
    }

    /** diffusers over the noise network alone, without clipping. */
    @ParameterizedTest
    @MethodSource("org.casdm.testing.EngineRequests#engines")
    void diffusersOverTheNoiseNetwork(EngineChoice engine) {
        var spec = Networks.spec(theta.metadata().get("config"), 3, 3);
        var model = new ModelSpec(Kind.DDPM, spec, Optional.<UNetSpec>empty(), false, false, SCHEDULE, true);
        var methods = new LinkedHashMap<String, SamplingMethod>();
        methods.put("dpmpp2m.linspace.", new DpmSolver(Spacing.UNIFORM));
        methods.put("dpmpp2m.trailing.", new DpmSolver(Spacing.TRAILING));
        methods.put("dpmpp2m.linspace.karras.", new DpmSolver(Spacing.KARRAS));
        methods.put("heun.", new Heun(Spacing.UNIFORM));
        methods.put("heun.karras.", new Heun(Spacing.KARRAS));
        methods.forEach((name, method) -> {
            for (int steps : STEPS) {
                assertThat(error(
                                engine,
                                theta,
                                name + steps,
                                model,
                                Map.of("theta", theta.metadata().get("seed")),
                                settings(method, steps, false)))
                        .as(name + steps)
                        .isLessThan(1e-4);
            }
        });
    }

    /** diffusers, and EDM's own sampler, over the cascade's clipped blend. */
    @ParameterizedTest
    @MethodSource("org.casdm.testing.EngineRequests#engines")
    void diffusersAndEdmOverTheCascade(EngineChoice engine) {
        var spec = Networks.spec(cascade.metadata().get("unet"), 3, 3);
        var model = new ModelSpec(Kind.CAS_DM, spec, Optional.of(spec.withChannels(3, 4)), false, true, SCHEDULE, true);
        var methods = new LinkedHashMap<String, SamplingMethod>();
        methods.put("dpmpp2m.uniform.", new DpmSolver(Spacing.UNIFORM));
        methods.put("dpmpp2m.trailing.", new DpmSolver(Spacing.TRAILING));
        methods.put("dpmpp2m.karras.", new DpmSolver(Spacing.KARRAS));
        methods.put("heun.uniform.", new Heun(Spacing.UNIFORM));
        methods.put("heun.karras.", new Heun(Spacing.KARRAS));
        methods.put("edm.karras.", new Heun(Spacing.KARRAS));
        methods.forEach((name, method) -> {
            for (int steps : STEPS) {
                assertThat(error(
                                engine,
                                cascade,
                                name + steps,
                                model,
                                Map.of("theta", "golden.sampler.theta", "phi", "golden.sampler.phi"),
                                settings(method, steps, true)))
                        .as(name + steps)
                        .isLessThan(1e-4);
            }
        });
    }

    /** The noise levels that diffusers chooses; it keeps them in float32. */
    @Test
    void levelsAreThoseOfDiffusers() {
        for (int steps : STEPS) {
            var respacing = Respacing.parse(Integer.toString(steps));
            check("dpmpp2m.linspace." + steps, NoiseLevels.ofMultistep(SCHEDULE, Spacing.UNIFORM, respacing), 1);
            check("dpmpp2m.trailing." + steps, NoiseLevels.ofMultistep(SCHEDULE, Spacing.TRAILING, respacing), 1);
            check("dpmpp2m.linspace.karras." + steps, NoiseLevels.ofMultistep(SCHEDULE, Spacing.KARRAS, respacing), 1);
            check("heun." + steps, NoiseLevels.ofHeun(SCHEDULE, Spacing.UNIFORM, respacing), 2);
            check("heun.karras." + steps, NoiseLevels.ofHeun(SCHEDULE, Spacing.KARRAS, respacing), 2);
        }
    }

    /** Heun's schedulers repeat every level but the first. */
    private void check(String name, NoiseLevels levels, int calls) {
        int count = levels.count();
        int[] places = IntStream.range(0, count)
                .map(i -> Math.max(0, calls * i - calls + 1))
                .toArray();
        var timesteps = theta.doubles(name + ".timesteps");
        var sigmas = theta.doubles(name + ".sigmas");
        assertThat(timesteps).hasSize(calls * count - calls + 1);
        assertThat(Golden.relativeError(
                        IntStream.range(0, count)
                                .mapToDouble(i -> levels.level(i).timestep())
                                .toArray(),
                        IntStream.of(places).mapToDouble(i -> timesteps[i]).toArray()))
                .as(name)
                .isLessThan(1e-4);
        assertThat(Golden.relativeError(
                        IntStream.range(0, count).mapToDouble(levels::sigma).toArray(),
                        IntStream.of(places).mapToDouble(i -> sigmas[i]).toArray()))
                .as(name)
                .isLessThan(1e-4);
    }
}
