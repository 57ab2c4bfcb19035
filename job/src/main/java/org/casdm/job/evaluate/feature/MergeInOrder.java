package org.casdm.job.evaluate.feature;

import java.util.Collections;
import java.util.Iterator;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.casdm.metric.FeatureSummary;
import scala.Tuple2;

/**
 * Merges the summaries of a set's pieces up a tree whose shape and order depend on their number alone: so the result is
 * the same to the last bit however many executors there are, and nobody holds more than a few summaries.
 */
public final class MergeInOrder
        implements PairFlatMapFunction<Iterator<Tuple2<Integer, FeatureSummary>>, Integer, FeatureSummary> {

    private static final long serialVersionUID = 1L;
    /** Summaries that are merged by one task. */
    static final int FAN = 4;

    private MergeInOrder() {}

    /**
     * Merges all.
     *
     * @param summaries by number, from 0
     * @param count     how many, at least 1
     */
    public static FeatureSummary all(JavaPairRDD<Integer, FeatureSummary> summaries, int count) {
        var level = summaries;
        for (int left = count; left > 1; left = (left + FAN - 1) / FAN) {
            level = level.repartitionAndSortWithinPartitions(new NeighboursTogether(left, FAN))
                    .mapPartitionsToPair(new MergeInOrder());
        }
        return level.values().first();
    }

    @Override
    public Iterator<Tuple2<Integer, FeatureSummary>> call(Iterator<Tuple2<Integer, FeatureSummary>> sorted) {
        var first = sorted.next();
        var merged = first._2();
        while (sorted.hasNext()) {
            merged.merge(sorted.next()._2());
        }
        return Collections.singleton(new Tuple2<>(first._1() / FAN, merged)).iterator();
    }
}
