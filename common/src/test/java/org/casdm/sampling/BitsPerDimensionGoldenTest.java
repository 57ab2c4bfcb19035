package org.casdm.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.cascade.ModelSpec;
import org.casdm.cascade.ModelSpec.Kind;
import org.casdm.config.CasdmConfig.EngineChoice;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.diffusion.ReverseProcess.Variance;
import org.casdm.network.UNetSpec;
import org.casdm.sampling.SamplerSettings.Estimator;
import org.casdm.testing.EngineRequests;
import org.casdm.testing.Formula;
import org.casdm.testing.Golden;
import org.casdm.testing.Networks;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** The variational bound, term by term, against improved-diffusion's {@code calc_bpd_loop} in float64. */
class BitsPerDimensionGoldenTest {

    private static final int SIZE = 16;
    private static final Map<String, Variance> CASES =
            Map.of("learned", Variance.LEARNED, "large", Variance.FIXED_LARGE, "small", Variance.FIXED_SMALL);

    private final Golden golden = Golden.load("bits_per_dimension");

    private BitsPerDimension.Terms terms(EngineChoice engine, String name, boolean clip) {
        var computer = EngineRequests.computer(engine);
        var metadata = golden.metadata().get(name).split(" ");
        var variance = CASES.get(name);
        int outputs = variance == Variance.LEARNED ? 6 : 3;
        var theta = new UNetSpec(3, outputs, 32, List.of(1, 2), 1, List.of(2), 2, true, 0, 0);
        var schedule = metadata[0].equals("cosine") ? NoiseSchedule.cosine(1000) : NoiseSchedule.linear(1000);
        var model = new ModelSpec(Kind.DDPM, theta, Optional.empty(), false, true, schedule, true);
        var x0 = Networks.channelsLast(golden, "levels", DataType.DOUBLE)
                .divi(127.5)
                .subi(1)
                .castTo(DataType.FLOAT);
        try (var parameters = new FloatPointer(Networks.formulaWeights("golden.bpd", theta));
                var bits = new BitsPerDimension(
                        computer.engine(),
                        computer.device(),
                        computer.arithmetic(2),
                        model,
                        parameters,
                        SIZE,
                        new BitsPerDimension.Settings(metadata[1], variance, Estimator.CASCADE, clip, 0))) {
            return bits.compute(
                    x0.data().asFloat(),
                    (step, target) -> {
                        var noise = Nd4j.createFromArray(Formula.normal("bpd/" + step, 2, 3, SIZE, SIZE))
                                .reshape('c', 2, 3, SIZE, SIZE)
                                .permute(0, 2, 3, 1)
                                .dup('c')
                                .castTo(DataType.FLOAT);
                        System.arraycopy(noise.data().asFloat(), 0, target, 0, target.length);
                    },
                    null);
        }
    }

    /** In the reference's order: the noisiest step first. */
    private static double[] flat(double[][] ofImages) {
        var values = new ArrayList<Double>();
        for (double[] ofSteps : ofImages) {
            for (int step = ofSteps.length - 1; step >= 0; step--) {
                values.add(ofSteps[step]);
            }
        }
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    @ParameterizedTest
    @MethodSource("org.casdm.testing.EngineRequests#engines")
    void everyTermEqualsTheReference(EngineChoice engine) {
        for (var name : CASES.keySet()) {
            for (boolean clip : new boolean[] {true, false}) {
                var terms = terms(engine, name, clip);
                String prefix = name + (clip ? ".clipped." : ".plain.");
                check(prefix + "prior_bpd", terms.prior());
                check(prefix + "vb", flat(terms.bound()));
                check(prefix + "xstart_mse", flat(terms.imageError()));
                check(prefix + "mse", flat(terms.noiseError()));
                check(prefix + "total_bpd", new double[] {terms.total(0), terms.total(1)});
            }
        }
    }

    private void check(String name, double[] ours) {
        assertThat(Golden.relativeError(ours, golden.doubles(name))).as(name).isLessThan(1e-4);
    }
}
