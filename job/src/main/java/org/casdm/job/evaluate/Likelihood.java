package org.casdm.job.evaluate;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.io.Serializable;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.casdm.job.ProgramVersion;
import org.casdm.sampling.BitsPerDimension;

/**
 * The variational bound of a checkpoint on a set of images: means over the images, in bits per dimension.
 *
 * @param step      of the checkpoint
 * @param weights   which of its files
 * @param images    the set
 * @param settings  what the bound is of
 * @param timesteps of the terms, ascending
 * @param sums      over the images
 */
public record Likelihood(
        long step,
        String weights,
        String images,
        BitsPerDimension.Settings settings,
        List<Integer> timesteps,
        Sums sums) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /**
     * Sums over images; the fields of {@link BitsPerDimension.Terms}.
     *
     * @param images how many
     */
    public record Sums(
            long images,
            double prior,
            double[] bound,
            double[] imageError,
            double[] noiseError,
            double[] thetaError,
            double[] phiError,
            double[] blendWeight)
            implements Serializable {

        /**
         * Of no image.
         *
         * @param blended the steps that have a second estimate: all, or none
         */
        static Sums none(int steps, int blended) {
            return new Sums(
                    0,
                    0,
                    new double[steps],
                    new double[steps],
                    new double[steps],
                    new double[blended],
                    new double[blended],
                    new double[blended]);
        }

        /** With some images more. */
        Sums plus(BitsPerDimension.Terms terms) {
            var sum = this;
            for (int image = 0; image < terms.prior().length; image++) {
                sum = sum.plus(new Sums(
                        1,
                        terms.prior()[image],
                        terms.bound()[image],
                        terms.imageError()[image],
                        terms.noiseError()[image],
                        terms.thetaError()[image],
                        terms.phiError()[image],
                        terms.blendWeight()[image]));
            }
            return sum;
        }

        /** Of both. */
        Sums plus(Sums other) {
            return new Sums(
                    images + other.images,
                    prior + other.prior,
                    added(bound, other.bound),
                    added(imageError, other.imageError),
                    added(noiseError, other.noiseError),
                    added(thetaError, other.thetaError),
                    added(phiError, other.phiError),
                    added(blendWeight, other.blendWeight));
        }

        private static double[] added(double[] first, double[] second) {
            return IntStream.range(0, first.length)
                    .mapToDouble(i -> first[i] + second[i])
                    .toArray();
        }
    }

    /** The whole bound. */
    public double bitsPerDimension() {
        return (sums.prior() + Arrays.stream(sums.bound()).sum()) / sums.images();
    }

    private double[] mean(double[] ofSteps) {
        return Arrays.stream(ofSteps).map(sum -> sum / sums.images()).toArray();
    }

    /** All numbers as an object. */
    public ObjectNode json(String sparkVersion) {
        var json = JSON.createObjectNode()
                .put("step", step)
                .put("time", Instant.now().toString());
        json.putObject("metrics").put("nll", bitsPerDimension());
        json.putObject("images").put("location", images).put("count", sums.images());
        var process = new TreeMap<String, String>();
        process.put("weights", weights);
        process.put("respacing", settings.respacing().isEmpty() ? "all" : settings.respacing());
        process.put(
                "variance", settings.variance().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        process.put("network", settings.estimator().name().toLowerCase(Locale.ROOT));
        process.put("clip", Boolean.toString(settings.clip()));
        process.put("seed", Long.toString(settings.seed()));
        json.set("process", JSON.valueToTree(process));
        var terms = json.putObject("bitsPerDimension").put("prior", sums.prior() / sums.images());
        terms.set("vlb", JSON.valueToTree(mean(sums.bound())));
        json.set("timesteps", JSON.valueToTree(timesteps));
        var errors = json.putObject("meanSquaredErrors");
        errors.set("x0", JSON.valueToTree(mean(sums.imageError())));
        errors.set("eps", JSON.valueToTree(mean(sums.noiseError())));
        if (sums.blendWeight().length > 0) {
            errors.set("x0Theta", JSON.valueToTree(mean(sums.thetaError())));
            errors.set("x0Phi", JSON.valueToTree(mean(sums.phiError())));
            json.set("blendWeight", JSON.valueToTree(mean(sums.blendWeight())));
        }
        json.putObject("versions")
                .put("casdm", ProgramVersion.get())
                .put("spark", sparkVersion)
                .put("java", System.getProperty("java.version"));
        return json;
    }

    /** Prints a line for each checkpoint. */
    public static void print(List<Likelihood> likelihoods, PrintWriter output) {
        output.printf(
                Locale.ROOT, "%10s  %9s  %12s  %12s  %12s%n", "step", "images", "bits/dim", "prior", "first step");
        for (var likelihood : likelihoods) {
            var sums = likelihood.sums();
            output.printf(
                    Locale.ROOT,
                    "%10d  %9d  %12.4f  %12.3e  %12.4f%n",
                    likelihood.step(),
                    sums.images(),
                    likelihood.bitsPerDimension(),
                    sums.prior() / sums.images(),
                    sums.bound()[0] / sums.images());
        }
        output.flush();
    }
}
