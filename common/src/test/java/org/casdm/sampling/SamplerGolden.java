package org.casdm.sampling;

import java.util.Map;
import org.casdm.diffusion.ReverseProcess.Variance;
import org.casdm.sampling.SamplerSettings.Estimator;
import org.casdm.sampling.SamplingMethod.Ddim;
import org.casdm.sampling.SamplingMethod.Ddpm;
import org.casdm.testing.Golden;
import org.casdm.testing.Networks;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The reference of whole sampling runs: its start, its noise, its images. */
public final class SamplerGolden {

    /** Methods by the names of their results. */
    public static final Map<String, SamplingMethod> METHODS = Map.of(
            "ddpm_small",
            new Ddpm(Variance.FIXED_SMALL),
            "ddpm_large",
            new Ddpm(Variance.FIXED_LARGE),
            "ddim_eta0",
            new Ddim(0),
            "ddim_eta1",
            new Ddim(1));

    private final Golden golden = Golden.load("sampler");

    /** What the reference was made with. */
    public Map<String, String> metadata() {
        return golden.metadata();
    }

    /** Whether the reference clips its estimates. */
    public boolean clip() {
        return Boolean.parseBoolean(metadata().get("clip"));
    }

    /** Settings of a result: {@code ddim_eta0}, {@code cascade_ddpm_small}. */
    public SamplerSettings settings(String name, Estimator estimator) {
        return new SamplerSettings(
                metadata().get("respacing"), METHODS.get(name.replace("cascade_", "")), estimator, clip(), 0);
    }

    /** z of a step, channels last. */
    private float[] noise(int step) {
        return Nd4j.createFromArray(golden.floats("z"))
                .reshape('c', golden.shape("z"))
                .get(
                        NDArrayIndex.point(step),
                        NDArrayIndex.all(),
                        NDArrayIndex.all(),
                        NDArrayIndex.all(),
                        NDArrayIndex.all())
                .permute(0, 2, 3, 1)
                .dup('c')
                .data()
                .asFloat();
    }

    /** The relative error of a sampler's images to those of a result. */
    public double error(String name, Sampler sampler) {
        var initial = Networks.channelsLast(golden, "xT", DataType.FLOAT);
        var images = sampler.sample(
                initial.data().asFloat(),
                (step, target) -> System.arraycopy(noise(step), 0, target, 0, target.length),
                null,
                StepListener.NONE);
        return Golden.relativeError(
                Networks.channelsFirst(Nd4j.createFromArray(images).reshape(initial.shape())), golden.doubles(name));
    }
}
