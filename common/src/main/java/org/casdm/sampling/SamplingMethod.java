package org.casdm.sampling;

import java.io.Serializable;
import java.util.Objects;
import org.casdm.diffusion.RespacedSchedule;
import org.casdm.diffusion.ReverseProcess;

/** How a sampler steps from noise to an image. */
public sealed interface SamplingMethod extends Serializable {

    /** The weights of all steps. */
    ReverseProcess process(RespacedSchedule respaced);

    /**
     * Ancestral sampling; {@link ReverseProcess#ddpm}.
     *
     * @param variance of each step's noise
     */
    record Ddpm(ReverseProcess.Variance variance) implements SamplingMethod {

        public Ddpm {
            Objects.requireNonNull(variance);
        }

        @Override
        public ReverseProcess process(RespacedSchedule respaced) {
            return ReverseProcess.ddpm(respaced, variance);
        }
    }

    /**
     * {@link ReverseProcess#ddim}.
     *
     * @param eta share of fresh noise, 0 (deterministic) to 1
     */
    record Ddim(double eta) implements SamplingMethod {

        public Ddim {
            if (!(eta >= 0 && eta <= 1)) {
                throw new IllegalArgumentException("eta of DDIM must lie between 0 and 1, got " + eta);
            }
        }

        @Override
        public ReverseProcess process(RespacedSchedule respaced) {
            return ReverseProcess.ddim(respaced, eta);
        }
    }
}
