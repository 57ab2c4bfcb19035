package org.casdm.job.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.SerializableConfiguration;
import org.casdm.job.evaluate.feature.ComputeFeatures;
import org.casdm.job.evaluate.feature.FeatureWork;
import org.casdm.job.evaluate.feature.MergeInOrder;
import org.casdm.job.evaluate.feature.PieceResult;
import org.casdm.job.evaluate.feature.TakeKept;
import org.casdm.job.evaluate.feature.TakeSummary;
import org.casdm.job.evaluate.result.Metric;
import org.casdm.job.executor.ExecutorLocal;
import org.casdm.job.metrics.OperatorMetrics;
import org.casdm.job.progress.Progress;
import org.casdm.job.progress.TaskCount;
import org.casdm.metric.FeatureMatrix;
import org.casdm.metric.FeatureSummary;
import org.casdm.metric.InceptionScore;
import org.casdm.metric.Subsample;
import org.casdm.metric.SummaryContent;
import org.casdm.metric.feature.FeatureInfo;
import org.casdm.metric.images.ImageList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Computes the features of a set on the executors, and brings what metrics need of them to the driver. */
final class FeatureStage implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FeatureStage.class);

    private final JavaSparkContext spark;
    private final EvaluationSettings settings;
    private final FeatureInfo info;
    /** Executors keep the network under it. */
    private final String evaluationId = UUID.randomUUID().toString();

    private final Broadcast<SerializableConfiguration> hadoop;

    FeatureStage(JavaSparkContext spark, EvaluationSettings settings, FeatureInfo info) {
        this.spark = spark;
        this.settings = settings;
        this.info = info;
        hadoop = spark.broadcast(new SerializableConfiguration(spark.hadoopConfiguration()));
    }

    /**
     * Looks at all images of a set.
     *
     * @param role    {@code samples} or {@code reference}
     * @param metrics what the features are for; the Inception Score is that of samples
     * @param moments whether means and covariances are wanted, as they are to be stored
     */
    SetFeatures compute(ImageList images, String role, Set<Metric> metrics, boolean moments) {
        boolean score = metrics.contains(Metric.IS);
        boolean keep = metrics.stream().anyMatch(Metric.OF_SINGLE_IMAGES::contains);
        var content = new SummaryContent(
                moments || metrics.contains(Metric.FID),
                info.spatialDimension() > 0 && moments || metrics.contains(Metric.SFID),
                score);
        var kept = keep ? Subsample.of(images.count(), mostKept(), settings.seed()) : Subsample.NONE;
        var folder = settings.saveFeatures().map(uri -> uri + "/" + role).orElse(null);
        var work = new FeatureWork(
                evaluationId,
                settings.extractor(),
                content,
                kept,
                folder,
                spark.getConf().getInt("spark.task.cpus", 1),
                settings.engine(),
                hadoop);
        var name = "the " + role + " " + images.location();
        return compute(images, role + ": " + images.location(), name, work, keep);
    }

    private int mostKept() {
        return Math.min(settings.maximumImages(), FeatureMatrix.maximumRows(info.pooledDimension()));
    }

    private SetFeatures compute(ImageList images, String title, String name, FeatureWork work, boolean keep) {
        var pieces = images.pieces();
        long begin = System.nanoTime();
        var counter = spark.sc().longAccumulator("images");
        var progress =
                Progress.ofCount(title, "images", LOG::info).withMetrics(OperatorMetrics.register("evaluate")::set);
        JavaPairRDD<Integer, PieceResult> results =
                spark.parallelize(pieces, pieces.size()).mapToPair(new ComputeFeatures(work, counter));
        if (keep) {
            results.persist(StorageLevel.DISK_ONLY());
        }
        try (var count = TaskCount.follow(spark.sc(), counter, done -> progress.at(done, images.count()))) {
            var summary = MergeInOrder.all(results.mapValues(new TakeSummary()), pieces.size());
            LOG.info(String.format(
                    Locale.ROOT,
                    "%s: %,d images in %.1f s",
                    title,
                    summary.images(),
                    (System.nanoTime() - begin) / 1e9));
            return features(images, name, summary, keep ? Optional.of(matrix(results, name)) : Optional.empty());
        } finally {
            results.unpersist(true);
        }
    }

    private SetFeatures features(ImageList images, String name, FeatureSummary summary, Optional<FeatureMatrix> kept) {
        Optional<InceptionScore.Result> score = summary.score().map(all -> all.result(name));
        return new SetFeatures(
                images.location(),
                OptionalLong.of(summary.images()),
                images.skipped(),
                summary.pooled().map(moments -> moments.statistics(name)),
                summary.spatial().map(moments -> moments.statistics(name)),
                score,
                kept);
    }

    private FeatureMatrix matrix(JavaPairRDD<Integer, PieceResult> results, String name) {
        List<float[]> rows = new ArrayList<>();
        results.values().map(new TakeKept()).toLocalIterator().forEachRemaining(rows::addAll);
        int dimensions = info.pooledDimension();
        var values = new float[rows.size() * dimensions];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, values, i * dimensions, dimensions);
            rows.set(i, null);
        }
        int count = values.length / dimensions;
        return new FeatureMatrix(name, values, count, dimensions);
    }

    @Override
    public void close() {
        ExecutorLocal.close(evaluationId);
        hadoop.unpersist(true);
    }
}
