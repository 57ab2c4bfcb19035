package org.casdm.job.cli;

import java.util.Optional;
import java.util.OptionalDouble;
import org.casdm.job.sample.SampleRequest.GuidanceRequest;
import picocli.CommandLine.Option;

/** Classifier-free guidance, for commands that draw images. */
final class GuidanceOptions {

    @Option(
            names = "--guidance",
            paramLabel = "SCALE",
            description = "Scale of classifier-free guidance towards the images' classes, such as 2; for models that "
                    + "were trained with model.label-dropout (default: 1, none).")
    private Double theta;

    @Option(
            names = "--guidance-phi",
            paramLabel = "SCALE",
            description = "Scale of guidance for the second network (default: that of --guidance).")
    private Double phi;

    @Option(
            names = "--guidance-interval",
            paramLabel = "FROM,TO",
            description = "Noise levels sqrt((1 - alphaBar) / alphaBar) with guidance, such as 0.3,5 (default: all).")
    private String interval;

    GuidanceRequest request() {
        return new GuidanceRequest(optional(theta), optional(phi), Optional.ofNullable(interval));
    }

    private static OptionalDouble optional(Double value) {
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
}
