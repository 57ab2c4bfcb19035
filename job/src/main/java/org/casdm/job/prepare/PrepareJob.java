package org.casdm.job.prepare;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.data.shard.ShardFile;
import org.casdm.data.source.ImageSource;
import org.casdm.data.source.ImageSources;
import org.casdm.data.source.SourcePart;
import org.casdm.data.source.label.NumberedLabels;
import org.casdm.failure.DataException;
import org.casdm.job.progress.Progress;
import org.casdm.job.progress.TaskCount;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a source of pictures into a data folder: reads, decodes and transforms on the executors, deals images to shards
 * by a hash of their ids (a Spark shuffle, sorted on disk where memory does not do), writes the shards, then the
 * description. What comes out is a function of source and settings alone. No image passes through the driver.
 */
public final class PrepareJob {

    private static final Logger LOG = LoggerFactory.getLogger(PrepareJob.class);
    private static final int FIRST_NAMED = 5;

    private final PrepareSettings settings;

    /** @param settings what is to be prepared */
    public PrepareJob(PrepareSettings settings) {
        this.settings = settings;
    }

    /**
     * Runs to the end, or goes on where an earlier start of the same job has ended.
     *
     * @return what the folder holds to train on
     * @throws IOException when source or folder cannot be used, too many pictures are bad, or ids are not unique
     */
    public DatasetDescription run(JavaSparkContext spark) throws IOException {
        var source = new ImageSources(spark.hadoopConfiguration(), settings.limits())
                .find(settings.source(), settings.format(), settings.labels());
        LOG.info("source: {}", source.summary());
        return run(spark, source);
    }

    /**
     * The same for a source that was found already.
     *
     * @param source of these settings
     */
    DatasetDescription run(JavaSparkContext spark, ImageSource source) throws IOException {
        var hadoop = spark.broadcast(new SerializableConfiguration(spark.hadoopConfiguration()));
        var access = new SourceAccess(hadoop, settings.limits());
        var plan = PreparePlan.of(settings, source, CountEstimate.of(source, spark, access));
        var folder = PrepareFolder.at(settings.out(), spark.hadoopConfiguration());
        folder.begin(plan);
        if (folder.isComplete()) {
            folder.cleanUp();
            LOG.info("nothing to do: {} is complete", folder.root());
            return DatasetDescription.read(folder.fileSystem(), folder.root());
        }
        var results = new ArrayList<>(folder.finishedShards(plan.layout()));
        var missing = missing(plan.layout(), results);
        LOG.info(
                "about {} pictures: {} shards to train on, {} held out; writing {} of them to {}",
                plan.imagesEstimate(),
                plan.layout().trainShards(),
                plan.layout().heldOutShards(),
                missing.length,
                folder.root());
        var limit = new BadLimit(settings.source(), settings.maximumBadFraction(), plan.imagesEstimate());
        if (missing.length > 0) {
            results.addAll(write(spark, source, plan, access, limit, missing));
        }
        results.sort(Comparator.comparing(ShardResult::partition));
        return complete(folder, source, plan.layout(), limit, results);
    }

    /** The partitions whose shards are to be written. */
    private static int[] missing(ShardLayout layout, List<ShardResult> finished) {
        var done = bits(finished);
        return IntStream.range(0, layout.partitions())
                .filter(partition -> !done.get(partition))
                .toArray();
    }

    private static BitSet bits(List<ShardResult> finished) {
        var bits = new BitSet();
        finished.forEach(result -> bits.set(result.partition()));
        return bits;
    }

    private List<ShardResult> write(
            JavaSparkContext spark,
            ImageSource source,
            PreparePlan plan,
            SourceAccess access,
            BadLimit limit,
            int[] missing) {
        var counters = PrepareCounters.of(spark, source.bytes(), missing.length);
        var finished = new BitSet();
        finished.set(0, plan.layout().partitions());
        IntStream.of(missing).forEach(finished::clear);
        var parts = IntStream.range(0, source.parts().size())
                .mapToObj(number -> new NumberedPart(number, source.parts().get(number)))
                .toList();
        var partNames =
                spark.broadcast(source.parts().stream().map(SourcePart::name).toList());
        var reading = Progress.ofBytes("prepare: read", LOG::info);
        var writing = Progress.ofCount("prepare: wrote", "shards", LOG::info);
        try (var read = TaskCount.follow(spark.sc(), counters.bytes(), bytes -> reading.at(bytes, source.bytes()));
                var wrote =
                        TaskCount.follow(spark.sc(), counters.shards(), count -> writing.at(count, missing.length))) {
            var shards = spark.parallelize(parts, parts.size())
                    .flatMapToPair(new ReadPictures(access, plan.layout(), settings.size(), finished, limit, counters))
                    .repartitionAndSortWithinPartitions(
                            new ShardPartitioner(plan.layout().partitions()), new KeyOrder())
                    .mapPartitionsWithIndex(
                            new WriteShard(
                                    access.hadoop(),
                                    settings.out(),
                                    plan.layout(),
                                    settings.size(),
                                    partNames,
                                    counters),
                            true);
            var results = new ArrayList<ShardResult>();
            for (var written : shards.collectPartitions(missing)) {
                results.addAll(written);
            }
            return results;
        } finally {
            partNames.unpersist(true);
        }
    }

    /** Checks the whole and describes it: the data set to train on last. */
    private DatasetDescription complete(
            PrepareFolder folder, ImageSource source, ShardLayout layout, BadLimit limit, List<ShardResult> results)
            throws IOException {
        var skipped =
                results.stream().flatMap(result -> result.skipped().stream()).toList();
        long good = results.stream()
                .flatMap(result -> result.file().stream())
                .mapToLong(ShardFile::count)
                .sum();
        limit.checkAll(skipped, good);
        if (!skipped.isEmpty()) {
            skipped.stream().limit(FIRST_NAMED).forEach(bad -> LOG.warn("skipped: {}: {}", bad.id(), bad.reason()));
            LOG.warn("{} pictures cannot be used; {} lists them", skipped.size(), DatasetDescription.FILE_NAME);
        }
        if (layout.heldOutShards() > 0) {
            var heldOut = describe(source, layout, results, true);
            if (heldOut.isPresent()) {
                heldOut.get().write(folder.fileSystem(), folder.splitFolder(true));
                LOG.info("{} images held out in {}", heldOut.get().count(), folder.splitFolder(true));
            } else {
                LOG.warn("no image is held out: there are too few for a fraction of {}", layout.heldOutFraction());
            }
        }
        var train = describe(source, layout, results, false)
                .orElseThrow(() -> new DataException(settings.source() + ": no picture of it is left to train on"));
        train.write(folder.fileSystem(), folder.root());
        folder.cleanUp();
        LOG.info(
                "{} images of {} x {} pixels in {} shards in {}",
                train.count(),
                train.size(),
                train.size(),
                train.shards().size(),
                folder.root());
        return train;
    }

    /** The classes' names, label by label. */
    private static List<String> classNames(ImageSource source, List<ShardResult> results) {
        return source.numbered()
                ? NumberedLabels.names(
                        results.stream().mapToInt(ShardResult::classes).max().orElse(0))
                : source.classNames();
    }

    private Optional<DatasetDescription> describe(
            ImageSource source, ShardLayout layout, List<ShardResult> results, boolean heldOut) {
        var split = results.stream()
                .filter(result -> layout.isHeldOut(result.partition()) == heldOut)
                .toList();
        var shards = split.stream().flatMap(result -> result.file().stream()).toList();
        if (shards.isEmpty()) {
            return Optional.empty();
        }
        var name = layout.heldOutShards() == 0 ? "all" : heldOut ? "held-out" : "train";
        return Optional.of(new DatasetDescription(
                shards.stream().mapToLong(ShardFile::count).sum(),
                settings.size(),
                3,
                classNames(source, results),
                source.location(),
                "box-filter halvings while at least twice the size, bicubic to "
                        + "the short side, centre crop (improved-diffusion)",
                layout.seed(),
                name,
                shards,
                split.stream().flatMap(result -> result.skipped().stream()).toList()));
    }
}
