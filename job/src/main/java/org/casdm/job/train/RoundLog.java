package org.casdm.job.train;

import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.casdm.checkpoint.MetricsLog;
import org.casdm.job.metrics.OperatorMetrics;
import org.casdm.job.progress.TimeText;
import org.casdm.job.rounds.RoundResult;
import org.casdm.job.rounds.step.StepStatistics;
import org.casdm.job.rounds.worker.WorkerReport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells each round: a line on the console, an object in the run folder's metrics, numbers for operators. */
final class RoundLog {

    private static final Logger LOG = LoggerFactory.getLogger(RoundLog.class);
    /** Rounds over which the speed is averaged for the time left. */
    private static final double SMOOTHING = 0.1;

    private final MetricsLog metrics;
    private final OperatorMetrics operators;
    private final List<String> termNames;
    private final long totalSteps;
    private final long imagesPerEpoch;
    private final int badImages;
    private double smoothedSecondsPerStep = Double.NaN;

    /** @param badImages pictures of the data set that cannot be used */
    RoundLog(
            MetricsLog metrics,
            OperatorMetrics operators,
            List<String> termNames,
            long totalSteps,
            long imagesPerEpoch,
            int badImages) {
        this.metrics = metrics;
        this.operators = operators;
        this.termNames = List.copyOf(termNames);
        this.totalSteps = totalSteps;
        this.imagesPerEpoch = imagesPerEpoch;
        this.badImages = badImages;
    }

    /**
     * Tells one round.
     *
     * @param result what the workers did
     * @param place where training stands after it
     * @param seconds the whole round, with what the driver did
     * @param learningRate of its last step
     */
    void round(RoundResult result, TrainingCheckpoints.Place place, double seconds, double learningRate)
            throws IOException {
        double[] terms = meanTerms(result);
        double secondsPerStep = seconds / result.steps();
        // The first round builds graphs and compiles code: it says nothing about the next.
        smoothedSecondsPerStep = Double.isNaN(smoothedSecondsPerStep) || result.firstStep() == 0
                ? secondsPerStep
                : smoothedSecondsPerStep + SMOOTHING * (secondsPerStep - smoothedSecondsPerStep);
        double imagesPerSecond = result.images() / seconds;
        double epoch = (double) place.imagesSeen() / imagesPerEpoch;
        double compute = slowest(result, WorkerReport::computeSeconds);
        int skippedSteps = result.skippedSteps().size();
        double data = slowest(result, WorkerReport::dataSeconds);

        var line = new LinkedHashMap<String, Object>();
        line.put("time", Instant.now().toString());
        line.put("images", place.imagesSeen());
        line.put("epoch", epoch);
        var norms = Distribution.of(result.takenSteps().mapToDouble(StepStatistics::gradientNorm));
        if (norms.isPresent()) {
            line.put("loss", result.meanScore());
            for (int i = 0; i < termNames.size(); i++) {
                line.put(termNames.get(i), terms[i]);
            }
            line.put("gradientNorm", norms.get().median());
            line.put("gradientNormMaximum", norms.get().maximum());
        }
        var distances = Distribution.of(
                result.takenSteps().map(StepStatistics::ofImages).flatMapToDouble(Arrays::stream));
        distances.ifPresent(ofImages -> line.put("lpipsOfImages", ofImages));
        line.put("learningRate", learningRate);
        line.put("imagesPerSecond", imagesPerSecond);
        line.put("roundSeconds", seconds);
        line.put("computeSeconds", compute);
        line.put("dataSeconds", data);
        line.put("averagingSeconds", result.averageSeconds() + result.receiveSeconds());
        line.put("movedBytes", result.moved().bytes());
        line.put("betweenHostsBytes", result.moved().betweenHosts());
        line.put("workers", result.workers().size());
        line.put("badImages", badImages);
        line.put("skippedSteps", skippedSteps);
        metrics.append(place.step(), line);
        tellOperators(place.step(), skippedSteps, line);

        var text = new StringBuilder(String.format(
                Locale.ROOT,
                "step %,d/%,d (%.1f %%) epoch %.2f | loss %.4f",
                place.step(),
                totalSteps,
                100.0 * place.step() / totalSteps,
                epoch,
                result.meanScore()));
        for (int i = 0; i < termNames.size(); i++) {
            text.append(String.format(Locale.ROOT, " %s %.3g", termNames.get(i), terms[i]));
        }
        distances.ifPresent(ofImages ->
                text.append(String.format(Locale.ROOT, " (%.3g to %.3g)", ofImages.minimum(), ofImages.maximum())));
        text.append(String.format(
                Locale.ROOT,
                " | %.1f images/s, steps %.0f %% of %.2f s | %s left",
                imagesPerSecond,
                100 * (compute + data) / seconds,
                seconds,
                left(place.step())));
        if (skippedSteps > 0) {
            text.append(" | ").append(skippedSteps).append(" skipped steps");
        }
        LOG.info("{}", text);
    }

    /** The same numbers under the same names; those of one round alone could be missed, so that they are added up. */
    private void tellOperators(long step, int skippedSteps, Map<String, Object> line) {
        operators.set("step", step);
        operators.set("stepsWanted", totalSteps);
        operators.add("rounds", 1);
        operators.add("skippedStepsTotal", skippedSteps);
        line.forEach((name, value) -> {
            if (value instanceof Number number) {
                operators.set(name, number);
            }
        });
        if (!line.containsKey("loss")) {
            operators.set("loss", Double.NaN);
        }
    }

    private String left(long step) {
        return TimeText.hours(Math.max(0, totalSteps - step) * smoothedSecondsPerStep);
    }

    private static double slowest(RoundResult result, ToDoubleFunction<WorkerReport> seconds) {
        return result.workers().stream().mapToDouble(seconds).max().orElse(0);
    }

    private double[] meanTerms(RoundResult result) {
        var sums = new double[termNames.size()];
        int count = 0;
        for (StepStatistics step : result.takenSteps().toList()) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] += step.lossTerms()[i];
            }
            count++;
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] /= count;
        }
        return sums;
    }

    /** Writes what has been told so far into the run folder. */
    void flush() throws IOException {
        metrics.flush();
    }
}
