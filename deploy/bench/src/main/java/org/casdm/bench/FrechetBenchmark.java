package org.casdm.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.casdm.metric.FeatureMoments;
import org.casdm.metric.FrechetDistance;
import org.casdm.metric.GaussianStatistics;

/** Times the Fréchet distance of two sets of random features, and what taking their moments costs. */
public final class FrechetBenchmark {

    private static final int CHUNK = 512;

    private final int dimensions;
    private final int count;

    /**
     * @param dimensions of a feature
     * @param count      features of each set; fewer than the dimensions make singular covariances
     */
    public FrechetBenchmark(int dimensions, int count) {
        if (dimensions < 1 || count < 2) {
            throw new IllegalArgumentException("a dimension and two features are the least");
        }
        this.dimensions = dimensions;
        this.count = count;
    }

    /** Runs; the result is what is printed as JSON. */
    public Map<String, Object> run() {
        var start = System.nanoTime();
        var first = statistics(1);
        var second = statistics(2);
        var moments = System.nanoTime();
        var distance = FrechetDistance.between(first, second);
        var end = System.nanoTime();
        var report = new LinkedHashMap<String, Object>();
        report.put("program", "casdm");
        report.put("dimensions", dimensions);
        report.put("features", count);
        report.put("moments_seconds", Rounding.digits((moments - start) / 1e9, 3));
        report.put("distance_seconds", Rounding.digits((end - moments) / 1e9, 3));
        report.put("distance", distance);
        return report;
    }

    private GaussianStatistics statistics(long seed) {
        var random = new Random(seed);
        var moments = new FeatureMoments(dimensions);
        var chunk = new double[CHUNK * dimensions];
        for (var left = count; left > 0; left -= CHUNK) {
            var now = Math.min(left, CHUNK);
            for (var i = 0; i < now * dimensions; i++) {
                chunk[i] = Math.max(0, random.nextGaussian());
            }
            moments.add(chunk, now);
        }
        return moments.statistics("random features");
    }
}
