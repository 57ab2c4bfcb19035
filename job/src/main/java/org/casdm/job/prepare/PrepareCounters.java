package org.casdm.job.prepare;

import java.io.Serializable;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.LongAccumulator;
import org.casdm.job.metrics.OperatorMetrics;

/**
 * What tasks count. Repeated tasks count twice here, and nowhere else.
 *
 * @param images pictures read and transformed
 * @param bad    pictures that cannot be used
 * @param bytes  of the source's parts that are done
 * @param shards written
 */
record PrepareCounters(LongAccumulator images, LongAccumulator bad, LongAccumulator bytes, LongAccumulator shards)
        implements Serializable {

    /**
     * Counters that are the job's metrics too.
     *
     * @param sourceBytes of the whole source
     * @param missing shards that are to be written
     */
    static PrepareCounters of(JavaSparkContext spark, long sourceBytes, int missing) {
        var counters = new PrepareCounters(
                spark.sc().longAccumulator("images"),
                spark.sc().longAccumulator("bad pictures"),
                spark.sc().longAccumulator("bytes read"),
                spark.sc().longAccumulator("shards"));
        var operators = OperatorMetrics.register("prepare");
        operators.read("images", counters.images()::value);
        operators.read("badImages", counters.bad()::value);
        operators.read("bytes", counters.bytes()::value);
        operators.read("shards", counters.shards()::value);
        operators.set("bytesWanted", sourceBytes);
        operators.set("shardsWanted", missing);
        return counters;
    }
}
