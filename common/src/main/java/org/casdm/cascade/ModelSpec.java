package org.casdm.cascade;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.network.UNetSpec;

/**
 * A model: which networks, and how they work together.
 *
 * @param kind the way of training and sampling
 * @param theta the first network; for {@link Kind#DUAL} the only one, with outputs ε, x_0 and r. For the other kinds its
 *        outputs are ε and, if they are twice a picture's channels, v, from which the variance of a reverse step
 *        follows ({@link org.casdm.diffusion.LogVarianceRange})
 * @param phi the second network of the cascade, empty for the other kinds
 * @param phiSeesXt whether φ takes (x̂_0, x_t) rather than x̂_0 alone
 * @param clip whether x̂_0 is clipped to [-1, 1]
 * @param schedule the noise schedule
 * @param rescaleTimesteps whether the networks see timesteps scaled to 0..1000 whatever the schedule's length is
 */
public record ModelSpec(
        Kind kind,
        UNetSpec theta,
        Optional<UNetSpec> phi,
        boolean phiSeesXt,
        boolean clip,
        NoiseSchedule schedule,
        boolean rescaleTimesteps) {

    /** The length of a process to which timesteps are rescaled; improved-diffusion's. */
    private static final double RESCALED_STEPS = 1000;

    /** The ways of training. */
    public enum Kind {
        /** The cascade of An et al. (arXiv 2401.02414). */
        CAS_DM,
        /** θ alone predicts the noise (Ho et al. 2020). */
        DDPM,
        /** One network predicts noise, clean image and their blend (Benny &amp; Wolf 2022). */
        DUAL;

        /** The name in configuration files. */
        public String configName() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * One of the model's networks.
     *
     * @param name prefix of its parameters' names: {@code theta} or {@code phi}
     * @param spec the network
     */
    public record Network(String name, UNetSpec spec) implements Serializable {}

    public ModelSpec {
        if (phi.isPresent() != (kind == Kind.CAS_DM)) {
            throw new IllegalArgumentException("A second network belongs to cas-dm, and to it alone");
        }
        int colours = theta.inputChannels();
        int outputs = theta.outputChannels();
        boolean fits = kind == Kind.DUAL ? outputs == 2 * colours + 1 : outputs == colours || outputs == 2 * colours;
        if (!fits) {
            throw new IllegalArgumentException(kind.configName() + ": theta maps " + theta.inputChannels()
                    + " channels to " + theta.outputChannels());
        }
        phi.ifPresent(network -> {
            if (network.inputChannels() != (phiSeesXt ? 2 * colours : colours)
                    || network.outputChannels() != colours + 1) {
                throw new IllegalArgumentException(
                        "phi maps " + network.inputChannels() + " channels to " + network.outputChannels());
            }
        });
    }

    /** Channels of a picture. */
    public int colours() {
        return theta.inputChannels();
    }

    /** Whether θ learns the variance of its reverse steps. */
    public boolean learnsVariance() {
        return kind != Kind.DUAL && theta.outputChannels() == 2 * theta.inputChannels();
    }

    /** What a timestep of the schedule is multiplied with before the networks see it. */
    public double timestepFactor() {
        return rescaleTimesteps ? RESCALED_STEPS / schedule.steps() : 1;
    }

    /** The networks in the order of their parameters in the model's flat vector. */
    public List<Network> networks() {
        var first = new Network("theta", theta);
        return phi.map(second -> List.of(first, new Network("phi", second))).orElse(List.of(first));
    }

    /** The names of the loss terms without the metric function, in order; see {@link LossWeights#terms}. */
    public List<String> lossTerms() {
        var terms = new ArrayList<>(kind == Kind.DDPM ? List.of("eps") : List.of("eps", "x0", "mu"));
        if (learnsVariance()) {
            terms.add(LossWeights.BOUND);
        }
        return List.copyOf(terms);
    }
}
