package org.casdm.job.train;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.casdm.cascade.ConfiguredModel;
import org.casdm.config.CasdmConfig;
import org.casdm.config.ConfigException;
import org.casdm.job.JobFailure;
import org.casdm.lpips.LpipsSpec.Resize;
import org.casdm.lpips.LpipsWeights;
import org.casdm.lpips.Trunk;
import org.casdm.weights.WeightSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the weights of the metric function come from.
 *
 * @param network whose features are compared
 * @param trunk weights of that network
 * @param lin weights of the linear layers on top
 */
record LpipsSources(Trunk network, WeightSource trunk, WeightSource lin) {

    private static final Logger LOG = LoggerFactory.getLogger(LpipsSources.class);

    /**
     * What the configuration names; empty where LPIPS has no weight among the losses.
     *
     * @throws ConfigException if LPIPS is asked for and its weights are not named, or the images are too small for it
     */
    static Optional<LpipsSources> of(CasdmConfig config) {
        var spec = ConfiguredModel.lpips(config);
        if (spec.isEmpty()) {
            return Optional.empty();
        }
        var network = spec.get().trunk();
        if (spec.get().resize() == Resize.NONE && config.data().size() < network.smallestSize()) {
            throw new ConfigException(List.of("data.size = " + config.data().size() + " is too small for LPIPS with"
                    + " lpips.trunk = " + config.lpips().trunk().text() + ", which needs " + network.smallestSize()
                    + " pixels; let images be resized (lpips.resize = 224), or choose another trunk"));
        }
        var lpips = config.lpips();
        String weights = lpips.weights().orElseThrow(() -> missing(network, "lpips.weights"));
        boolean random = weights.equals(WeightSource.RANDOM);
        String lin = lpips.lin()
                .or(() -> random ? Optional.of(WeightSource.RANDOM) : Optional.empty())
                .orElseThrow(() -> missing(network, "lpips.lin"));
        return Optional.of(new LpipsSources(
                network,
                source("lpips.weights", weights, lpips.weightsSha256()),
                source("lpips.lin", lin, lpips.linSha256())));
    }

    private static WeightSource source(String key, String text, Optional<String> sha256) {
        if (text.equals(WeightSource.RANDOM) && sha256.isPresent()) {
            throw new ConfigException(List.of(key + "-sha256 is set, but random weights have no SHA-256: leave it out,"
                    + " or give " + key + " a file"));
        }
        return WeightSource.parse(text, sha256);
    }

    private static ConfigException missing(Trunk network, String key) {
        return new ConfigException(List.of("loss.lpips is above 0, but " + key + " is not set. \"" + command(network)
                + "\" fetches the published files and prints what to set: lpips.weights, lpips.lin, and their -sha256."
                + " lpips.weights = " + WeightSource.RANDOM + " tries things out without them; loss.lpips = 0 trains"
                + " without LPIPS"));
    }

    /** What fetches the published files. */
    private static String command(Trunk network) {
        return "deploy/casdm weights get "
                + switch (network) {
                    case VGG -> "vgg16 lpips-vgg";
                    case ALEX -> "alexnet lpips-alex";
                    case SQUEEZE -> "squeezenet lpips-squeeze";
                }
                + " --to FOLDER";
    }

    /**
     * Checks that the files are there and hold the right tensors, and says so in the log if weights are random.
     *
     * @throws JobFailure if they are not or do not; the message says how to get them
     */
    void check(Configuration hadoop) {
        if (trunk.isRandom() || lin.isRandom()) {
            LOG.warn("LPIPS has random weights: its distances are not comparable with any others, and the model does"
                    + " not learn what it should");
        }
        try {
            LpipsWeights.check(network, trunk, lin, hadoop);
        } catch (IOException e) {
            throw new JobFailure(
                    "LPIPS cannot be loaded from lpips.weights = " + trunk + " and lpips.lin = " + lin + ": "
                            + e.getMessage() + ". \"" + command(network) + "\" fetches the published files",
                    e);
        }
    }

    @Override
    public String toString() {
        return trunk + " and " + lin;
    }

    /** Reads the weights. */
    LpipsWeights load(Configuration hadoop) throws IOException {
        return LpipsWeights.load(network, trunk, lin, hadoop);
    }
}
