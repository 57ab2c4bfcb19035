package org.casdm.diffusion;

/**
 * The terms L_t of the variational bound on -log p(x_0), for single values of an image, in bits.
 *
 * <p>With p(x_{t-1} | x_t) = N(c1 x̂_0 + c2 x_t, exp(l)), L_t is the KL divergence of it from the posterior
 * q(x_{t-1} | x_t, x_0) for t above 0, and the negative log-likelihood of x_0, as one of 256 levels, at t = 0 (Ho et
 * al., arXiv 2006.11239, section 3.3; Nichol and Dhariwal, arXiv 2102.09672, section 2.2). The likelihood is computed as
 * in improved-diffusion's {@code losses.py}: by tanh's approximation of the normal distribution's integral, and with
 * probabilities of at least 1e-12.
 */
public final class VariationalBound {

    /** Values beyond it, or below its negative, are at the ends of the range: they take all that is beyond, too. */
    public static final double END = 0.999;
    /** Half the distance of two levels. */
    public static final double HALF_LEVEL = 1.0 / 255;
    /** What probabilities are at least. */
    public static final double SMALLEST_PROBABILITY = 1e-12;
    /** The factor of x³ in tanh's approximation of the normal distribution's integral. */
    public static final double CUBE = 0.044715;

    private static final double LN_2 = Math.log(2);

    private final NoiseSchedule schedule;

    /** The terms of a process. */
    public VariationalBound(NoiseSchedule schedule) {
        this.schedule = schedule;
    }

    /**
     * A term and its derivatives.
     *
     * @param bits the term
     * @param byEstimate derivative with respect to x̂_0
     * @param byLogVariance derivative with respect to the logarithm of the variance
     */
    public record Term(double bits, double byEstimate, double byLogVariance) {}

    /**
     * L_t of a value.
     *
     * @param timestep t
     * @param x0 the value of the image, one of 256 levels in [-1, 1]
     * @param xt of the noisy image
     * @param estimate x̂_0
     * @param logVariance l
     */
    public Term term(int timestep, double x0, double xt, double estimate, double logVariance) {
        double ofEstimate = schedule.posteriorMeanCoef1(timestep);
        var term = timestep == 0
                ? decoder(x0, ofEstimate * estimate + schedule.posteriorMeanCoef2(timestep) * xt, logVariance)
                // The share of x_t is the same in both means.
                : divergence(ofEstimate * (x0 - estimate), schedule.posteriorLogVarianceClipped(timestep), logVariance);
        return new Term(term.bits() / LN_2, term.byEstimate() * ofEstimate / LN_2, term.byLogVariance() / LN_2);
    }

    /** KL divergence of normal distributions, in nats, with derivatives by the second one's mean and log-variance. */
    private static Term divergence(double difference, double trueLogVariance, double logVariance) {
        double ratio = Math.exp(trueLogVariance - logVariance);
        double precision = Math.exp(-logVariance);
        double distance = difference * difference * precision;
        return new Term(
                0.5 * (logVariance - trueLogVariance - 1 + ratio + distance),
                -difference * precision,
                0.5 * (1 - ratio - distance));
    }

    /** The negative log-likelihood of a level, in nats, with derivatives by mean and log-variance. */
    private static Term decoder(double x0, double mean, double logVariance) {
        double precision = Math.exp(-0.5 * logVariance);
        double above = precision * (x0 - mean + HALF_LEVEL);
        double below = precision * (x0 - mean - HALF_LEVEL);
        // What is left of the probability where the ends of the interval are taken.
        boolean lowest = x0 < -END;
        boolean highest = x0 > END;
        double upper = highest ? 1 : cumulative(above);
        double lower = lowest ? 0 : cumulative(below);
        double probability = upper - lower;
        if (probability < SMALLEST_PROBABILITY) {
            return new Term(-Math.log(SMALLEST_PROBABILITY), 0, 0);
        }
        double ofUpper = highest ? 0 : density(above);
        double ofLower = lowest ? 0 : density(below);
        return new Term(
                -Math.log(probability),
                precision * (ofUpper - ofLower) / probability,
                0.5 * (above * ofUpper - below * ofLower) / probability);
    }

    private static double cumulative(double x) {
        return 0.5 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + CUBE * x * x * x)));
    }

    /** d {@link #cumulative} / d x. */
    private static double density(double x) {
        double root = Math.sqrt(2 / Math.PI);
        double tanh = Math.tanh(root * (x + CUBE * x * x * x));
        return 0.5 * (1 - tanh * tanh) * root * (1 + 3 * CUBE * x * x);
    }

    /**
     * The part of the bound that no network changes, in bits for each value: the KL divergence of q(x_T | x_0) from
     * N(0, I).
     *
     * @param x0 the value of the image
     */
    public double prior(double x0) {
        double alphaBar = schedule.alphaBar(schedule.steps() - 1);
        return divergence(Math.sqrt(alphaBar) * x0, Math.log(1 - alphaBar), 0).bits() / LN_2;
    }
}
