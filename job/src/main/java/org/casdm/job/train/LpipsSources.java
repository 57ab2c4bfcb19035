package org.casdm.job.train;

import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.casdm.config.CasdmConfig;
import org.casdm.lpips.LpipsWeights;
import org.casdm.lpips.Trunk;
import org.casdm.weights.WeightSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the weights of the metric function come from.
 *
 * @param trunk of the network whose features are compared
 * @param lin of the linear layers on top
 */
record LpipsSources(WeightSource trunk, WeightSource lin) {

    private static final Logger LOG = LoggerFactory.getLogger(LpipsSources.class);

    /**
     * What the configuration names; empty where LPIPS has no weight among the losses.
     *
     * @throws TrainingFailure if LPIPS is asked for and its weights are not named
     */
    static Optional<LpipsSources> of(CasdmConfig config) {
        if (config.loss().lpips() == 0) {
            return Optional.empty();
        }
        var lpips = config.lpips();
        String weights = lpips.weights().orElseThrow(() -> missing("lpips.weights",
                "torchvision's weights of the " + lpips.trunk().text() + " trunk"));
        boolean random = weights.equals(WeightSource.RANDOM);
        String lin = lpips.lin().or(() -> random ? Optional.of(WeightSource.RANDOM) : Optional.empty())
                .orElseThrow(() -> missing("lpips.lin", "the linear layers that lpips 0.1 publishes for this trunk"));
        var sources = new LpipsSources(WeightSource.parse(weights, lpips.weightsSha256()),
                WeightSource.parse(lin, lpips.linSha256()));
        return Optional.of(sources);
    }

    private static TrainingFailure missing(String key, String what) {
        return new TrainingFailure("loss.lpips is above 0, but " + key + " is not set: give the URI of " + what
                + ", or \"" + WeightSource.RANDOM + "\" to try things out without; loss.lpips = 0 trains without"
                + " LPIPS");
    }

    /** Says so in the log if the weights are random. */
    void warnIfRandom() {
        if (trunk.isRandom() || lin.isRandom()) {
            LOG.warn("LPIPS has random weights: its distances are not comparable with anybody's, and the model does"
                    + " not learn what it should");
        }
    }

    @Override
    public String toString() {
        return trunk + " and " + lin;
    }

    /** Reads the weights. */
    LpipsWeights load(Trunk network, Configuration hadoop) throws IOException {
        return LpipsWeights.load(network, trunk, lin, hadoop);
    }
}
