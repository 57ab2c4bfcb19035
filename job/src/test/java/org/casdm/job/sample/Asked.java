package org.casdm.job.sample;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.casdm.diffusion.NoiseLevels.Spacing;
import org.casdm.diffusion.ReverseProcess.Variance;
import org.casdm.job.sample.SampleRequest.Format;
import org.casdm.job.sample.SampleRequest.GuidanceRequest;
import org.casdm.job.sample.SampleRequest.Method;
import org.casdm.job.sample.draw.TrajectoryRequest;
import org.casdm.sampling.InterpolatedNoise;
import org.casdm.sampling.SamplerSettings.Estimator;

/** A request, part by part: four steps of DDIM where nothing else is said. */
final class Asked {

    long count = 5;
    Format format = Format.PARQUET;
    int batch = 16;
    OptionalInt imagesPerPart = OptionalInt.empty();
    Optional<String> ema = Optional.empty();
    Optional<String> respacing = Optional.empty();
    Method method = Method.DDIM;
    Optional<Spacing> spacing = Optional.empty();
    Optional<Variance> variance = Optional.empty();
    OptionalDouble eta = OptionalDouble.empty();
    Estimator network = Estimator.CASCADE;
    Optional<String> classes = Optional.empty();
    GuidanceRequest guidance = GuidanceRequest.NONE;
    long seed = 12;
    Optional<InterpolatedNoise> interpolation = Optional.empty();
    Optional<TrajectoryRequest> trajectory = Optional.empty();

    static SampleRequest of(String run, String out, Consumer<Asked> changes) {
        var asked = new Asked();
        changes.accept(asked);
        return new SampleRequest(
                run,
                out,
                asked.count,
                asked.format,
                asked.batch,
                asked.imagesPerPart,
                asked.ema,
                asked.respacing,
                asked.method,
                asked.spacing,
                asked.variance,
                asked.eta,
                asked.network,
                asked.classes,
                asked.guidance,
                asked.seed,
                true,
                asked.interpolation,
                asked.trajectory);
    }
}
