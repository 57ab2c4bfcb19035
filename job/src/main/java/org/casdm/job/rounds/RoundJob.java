package org.casdm.job.rounds;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.ShuffledRDD;
import scala.Tuple2;
import scala.collection.JavaConverters;
import scala.math.Ordering$;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * The Spark job of a round: workers → shuffle by block → average → the driver's graph.
 *
 * <p>It is one job, unless the averaged state is larger than half of {@code spark.driver.maxResultSize}, Spark's limit
 * on a job's results: then blocks are fetched by as many jobs as that takes. The workers run in the first of them.
 */
final class RoundJob {

    private static final String DESCRIPTION = "spark.job.description";

    private final JavaSparkContext context;
    private final int workers;
    private final GraphState state;

    /**
     * @param context Spark
     * @param workers number of workers
     * @param state   the driver's graph, which the result is written to
     */
    RoundJob(JavaSparkContext context, int workers, GraphState state) {
        this.context = context;
        this.workers = workers;
        this.state = state;
    }

    /**
     * Runs the job.
     *
     * @param training    each worker's blocks and report
     * @param description for Spark's user interface
     * @return the workers' reports
     */
    List<WorkerReport> run(JavaRDD<Tuple2<BlockKey, BlockPayload>> training, String description) {
        int reportPartition = state.layout().blockCount();
        var shuffled = new ShuffledRDD<BlockKey, BlockPayload, BlockPayload>(training.rdd(),
                new BlockPartitioner(reportPartition + 1), tag(BlockKey.class), tag(BlockPayload.class),
                tag(BlockPayload.class))
                .setSerializer(new BlockSerializer())
                .setKeyOrdering(Ordering$.MODULE$.comparatorToOrdering(new WorkerOrder()));
        String previousDescription = context.getLocalProperty(DESCRIPTION);
        context.setLocalProperty(DESCRIPTION, description);
        try {
            List<WorkerReport> reports = List.of();
            for (List<Integer> partitions : groups(resultLimit())) {
                var receiver = new RoundReceiver(state, partitions, reports);
                try {
                    context.sc().runJob(shuffled, new AverageBlock(workers, reportPartition),
                            JavaConverters.<Object>asScalaBuffer(new ArrayList<>(partitions)).toSeq(), receiver,
                            tag(byte[].class));
                } finally {
                    receiver.close();
                }
                reports = receiver.reports();
            }
            state.written();
            return reports;
        } finally {
            context.setLocalProperty(DESCRIPTION, previousDescription);
            // Spark itself removes a shuffle's files when the driver's garbage collector finds the RDD: with one
            // copy of the state from each worker in each round, disks could be full before that.
            shuffled.cleanShuffleDependencies(false);
        }
    }

    private long resultLimit() {
        long limit = context.getConf().getSizeAsBytes("spark.driver.maxResultSize", "1g");
        return limit <= 0 ? Long.MAX_VALUE : limit / 2;
    }

    /** All partitions, in groups of no more than {@code limit} bytes, or of one partition. */
    private List<List<Integer>> groups(long limit) {
        var groups = new ArrayList<List<Integer>>();
        var group = new ArrayList<Integer>();
        int reportPartition = state.layout().blockCount();
        group.add(reportPartition);
        long bytes = 0;
        for (int index = 0; index < reportPartition; index++) {
            int blockBytes = state.layout().block(index).byteCount();
            if (bytes > 0 && bytes + blockBytes > limit) {
                groups.add(group);
                group = new ArrayList<>();
                bytes = 0;
            }
            group.add(index);
            bytes += blockBytes;
        }
        groups.add(group);
        return groups;
    }

    private static <T> ClassTag<T> tag(Class<T> type) {
        return ClassTag$.MODULE$.apply(type);
    }
}
