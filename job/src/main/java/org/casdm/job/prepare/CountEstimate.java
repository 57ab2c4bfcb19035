package org.casdm.job.prepare;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.data.source.ImageSource;
import org.casdm.data.source.SourcePart;

/**
 * About how many pictures a source has: some forms know it, of others (a tar archive) a few parts are looked into. The
 * same source has the same estimate, whatever the cluster.
 */
final class CountEstimate {

    private static final int SAMPLES = 5;

    private CountEstimate() {}

    static long of(ImageSource source, JavaSparkContext spark, SourceAccess access) {
        long known = source.parts().stream()
                .mapToLong(part -> part.count().orElse(0))
                .sum();
        var unknown =
                source.parts().stream().filter(part -> part.count().isEmpty()).toList();
        if (unknown.isEmpty()) {
            return known;
        }
        var samples = samples(unknown);
        var results = spark.parallelize(samples, samples.size())
                .map(new CountSample(access))
                .collect();
        long bytes = results.stream().mapToLong(CountSample.Result::bytes).sum();
        long records = results.stream().mapToLong(CountSample.Result::records).sum();
        double unknownBytes = unknown.stream().mapToLong(SourcePart::bytes).sum();
        return known + Math.max(1, Math.round(unknownBytes * records / Math.max(1, bytes)));
    }

    /** Some parts, spread evenly. */
    private static List<SourcePart> samples(List<SourcePart> parts) {
        int count = Math.min(SAMPLES, parts.size());
        return IntStream.range(0, count)
                .mapToObj(i -> parts.get((int) ((long) i * parts.size() / count)))
                .toList();
    }
}
