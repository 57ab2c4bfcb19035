package org.casdm.job.train;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.casdm.config.CasdmConfig;
import org.casdm.config.ConfigException;
import org.casdm.metric.classifier.ClassifierMetric;
import org.casdm.metric.function.MetricFunction;
import org.casdm.weights.WeightSource;

/** The metric function besides LPIPS, as a configuration names it. */
final class MetricSource {

    private static final String CLASSIFIER = "classifier";

    private MetricSource() {}

    /**
     * Makes the function; empty where it has no weight among the losses.
     *
     * @throws ConfigException if there is no such function, or it does not fit the model
     */
    static Optional<MetricFunction> create(CasdmConfig config, Configuration hadoop) throws IOException {
        if (config.loss().metric() == 0) {
            return Optional.empty();
        }
        var metric = config.metric();
        String kind = metric.kind()
                .orElseThrow(() -> new ConfigException(List.of("loss.metric is above 0, but metric.kind is not set")));
        try {
            return Optional.of(factory(kind)
                    .create(new MetricFunction.Settings(
                            metric.file().map(file -> WeightSource.parse(file, metric.fileSha256())),
                            config.data().size(),
                            config.data().channels(),
                            hadoop)));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(List.of(e.getMessage()));
        }
    }

    /** @throws IllegalArgumentException if there is no such kind */
    static MetricFunction.Factory factory(String kind) {
        if (kind.equals(CLASSIFIER)) {
            return new ClassifierMetric.Maker();
        }
        try {
            return Class.forName(kind, true, Thread.currentThread().getContextClassLoader())
                    .asSubclass(MetricFunction.Factory.class)
                    .getConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException | ClassCastException | LinkageError e) {
            throw new IllegalArgumentException(
                    "metric.kind = " + kind + " is neither " + CLASSIFIER + " nor the name of a class on the class path"
                            + " that implements " + MetricFunction.Factory.class.getName() + " (" + e + ")",
                    e);
        }
    }

    /** Makes it once, so that what is wrong with it is said before the first round. */
    static void check(CasdmConfig config, Configuration hadoop) throws IOException {
        create(config, hadoop).ifPresent(MetricFunction::close);
    }

    /** Which function, for what tells how a checkpoint was made. */
    static String describe(CasdmConfig config) {
        return config.loss().metric() == 0
                ? "none"
                : config.metric().kind().orElse("none") + " "
                        + config.metric().file().orElse("");
    }
}
