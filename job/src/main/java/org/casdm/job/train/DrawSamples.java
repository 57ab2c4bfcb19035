package org.casdm.job.train;

import java.io.Serializable;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.cascade.ConfiguredModel;
import org.casdm.config.CasdmConfig;
import org.casdm.diffusion.NoiseLevels.Spacing;
import org.casdm.diffusion.ReverseProcess.Variance;
import org.casdm.engine.EngineRequest;
import org.casdm.job.device.DeviceAssignment;
import org.casdm.sampling.Guidance;
import org.casdm.sampling.Sampler;
import org.casdm.sampling.SamplerSettings;
import org.casdm.sampling.SamplingException;
import org.casdm.sampling.SamplingMethod;

/**
 * Draws the images of a sample grid on an executor.
 *
 * @param parameters the model's flat vector
 * @param threads host threads
 */
record DrawSamples(Broadcast<float[]> parameters, int threads) implements Function<CasdmConfig, DrawSamples.Drawn> {

    /**
     * What came of it.
     *
     * @param images  one after the other; null if the model draws none
     * @param failure why it does not, else null
     */
    record Drawn(byte[] images, String failure) implements Serializable {}

    @Override
    public Drawn call(CasdmConfig config) {
        var computer = DeviceAssignment.ofTask(TaskContext.get(), EngineRequest.of(config));
        int count = config.samples().count();
        int classes = config.model().classes();
        // Class after class, so that the grid shows all of them.
        int[] labels = classes == 0
                ? null
                : IntStream.range(0, count).map(i -> i % classes).toArray();
        var settings = new SamplerSettings(
                Integer.toString(config.samples().samplerSteps()),
                method(config.samples()),
                SamplerSettings.Estimator.CASCADE,
                true,
                config.run().seed(),
                guidance(config));
        try (var vector = new FloatPointer(parameters.value());
                var sampler = new Sampler(
                        computer.engine(),
                        computer.device(),
                        computer.arithmetic(threads),
                        ConfiguredModel.of(config),
                        vector,
                        config.data().size(),
                        settings)) {
            return new Drawn(sampler.sample(0, count, labels), null);
        } catch (SamplingException e) {
            // Would fail as often as Spark tries.
            return new Drawn(null, e.getMessage());
        }
    }

    private static Guidance guidance(CasdmConfig config) {
        var samples = config.samples();
        var interval = samples.guidanceInterval();
        return new Guidance(
                samples.guidance(),
                samples.guidancePhi().orElse(samples.guidance()),
                interval.isEmpty() ? 0 : interval.get(0),
                interval.isEmpty() ? Double.POSITIVE_INFINITY : interval.get(1),
                config.model().nullLabel().orElse(-1));
    }

    private static SamplingMethod method(CasdmConfig.Samples samples) {
        return switch (samples.method()) {
            case DDIM -> new SamplingMethod.Ddim(0);
            case DDPM -> new SamplingMethod.Ddpm(Variance.FIXED_SMALL);
            case DPM_SOLVER ->
                new SamplingMethod.DpmSolver(
                        spacing(samples.spacing()).orElse(SamplingMethod.DpmSolver.DEFAULT_SPACING));
            case HEUN ->
                new SamplingMethod.Heun(spacing(samples.spacing()).orElse(SamplingMethod.Heun.DEFAULT_SPACING));
        };
    }

    private static Optional<Spacing> spacing(CasdmConfig.SampleSpacing spacing) {
        return switch (spacing) {
            case AUTO -> Optional.empty();
            case UNIFORM -> Optional.of(Spacing.UNIFORM);
            case TRAILING -> Optional.of(Spacing.TRAILING);
            case KARRAS -> Optional.of(Spacing.KARRAS);
        };
    }
}
