package org.casdm.job.evaluate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;
import org.casdm.cascade.ModelSpec.Kind;
import org.casdm.checkpoint.RunFolder;
import org.casdm.checkpoint.StepName;
import org.casdm.checkpoint.StoredCheckpoint;
import org.casdm.diffusion.Respacing;
import org.casdm.diffusion.ReverseProcess.Variance;
import org.casdm.job.JobFailure;
import org.casdm.job.device.DeviceSurvey;
import org.casdm.job.metrics.OperatorMetrics;
import org.casdm.job.prepare.PreparedCache;
import org.casdm.job.progress.Progress;
import org.casdm.job.progress.TaskCount;
import org.casdm.job.sample.model.StoredModel;
import org.casdm.job.sample.model.WeightChoice;
import org.casdm.metric.images.ImageList;
import org.casdm.sampling.BitsPerDimension;
import org.casdm.sampling.SamplerSettings.Estimator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * Bounds the negative log-likelihood of images by checkpoints of a run, as improved-diffusion's {@code image_nll.py}. The
 * numbers do not depend on the number of executors.
 */
public final class LikelihoodJob {

    private static final Logger LOG = LoggerFactory.getLogger(LikelihoodJob.class);
    /** What a chunk gives is small beside its work, and all of it comes to the driver. */
    private static final int MOST_CHUNKS = 256;
    /** So that tasks end together, and little is lost with an executor. */
    private static final int TASKS_OF_A_SLOT = 4;

    private final LikelihoodSettings settings;
    private final StepChoice choice;

    /** @param choice which checkpoints */
    public LikelihoodJob(LikelihoodSettings settings, StepChoice choice) {
        this.settings = settings;
        this.choice = choice;
    }

    /**
     * Computes the bound of every checkpoint.
     *
     * @throws IOException if images or checkpoints cannot be read
     * @throws JobFailure if images and model do not go together
     */
    public List<Likelihood> run(JavaSparkContext spark) throws IOException {
        DeviceSurvey.ofExecutors(spark, spark.defaultParallelism(), settings.engine());
        var folder = RunFolder.at(settings.run(), spark.hadoopConfiguration());
        var complete = folder.checkpoints().list().complete().stream()
                .map(StoredCheckpoint::step)
                .sorted()
                .toList();
        var likelihoods = new ArrayList<Likelihood>();
        for (long step : choice.of(complete, settings.run())) {
            var model = StoredModel.find(
                    new Path(folder.root(), "checkpoints/" + StepName.of(step)).toString(),
                    new WeightChoice(settings.ema()),
                    spark.hadoopConfiguration());
            var likelihood = compute(spark, model);
            LOG.info(
                    "step {}: {} bits per dimension",
                    step,
                    String.format(Locale.ROOT, "%.4f", likelihood.bitsPerDimension()));
            likelihoods.add(likelihood);
        }
        return likelihoods;
    }

    private Likelihood compute(JavaSparkContext spark, StoredModel model) throws IOException {
        var images = images(spark, model);
        var chunks = chunks(images);
        var respaced = Respacing.parse(settings.respacing().orElse(""))
                .apply(model.spec().schedule());
        var process = new BitsPerDimension.Settings(
                settings.respacing().orElse(""),
                model.spec().learnsVariance() ? Variance.LEARNED : Variance.FIXED_LARGE,
                Estimator.CASCADE,
                true,
                settings.seed());
        var hadoop = spark.broadcast(new SerializableConfiguration(spark.hadoopConfiguration()));
        var counter = spark.sc().longAccumulator("images");
        long count = chunks.stream().mapToLong(LikelihoodWork.Chunk::count).sum();
        var progress = Progress.ofCount("likelihood: " + images.location(), "images", LOG::info)
                .withMetrics(OperatorMetrics.register("evaluate")::set);
        try (var follower = TaskCount.follow(spark.sc(), counter, done -> progress.at(done, count))) {
            var work = new LikelihoodWork(
                    model,
                    process,
                    settings.batch(),
                    spark.getConf().getInt("spark.task.cpus", 1),
                    settings.engine(),
                    hadoop,
                    counter);
            int tasks = Math.min(chunks.size(), TASKS_OF_A_SLOT * spark.defaultParallelism());
            var sums = new ArrayList<>(
                    spark.parallelize(chunks, tasks).mapPartitions(work).collect());
            // In the chunks' order, whoever has computed them.
            sums.sort(Comparator.comparingInt(Tuple2::_1));
            int blended = model.spec().kind() == Kind.DDPM ? 0 : respaced.steps();
            var total = sums.stream()
                    .map(Tuple2::_2)
                    .reduce(Likelihood.Sums.none(respaced.steps(), blended), Likelihood.Sums::plus);
            return new Likelihood(
                    model.step(),
                    model.file(),
                    images.location(),
                    process,
                    IntStream.of(respaced.originalTimesteps()).boxed().toList(),
                    total);
        } finally {
            hadoop.unpersist(true);
        }
    }

    private ImageList images(JavaSparkContext spark, StoredModel model) throws IOException {
        var found = FoundSet.at(settings.images(), spark);
        int size = model.config().data().size();
        if (found.size().isPresent() && found.size().getAsInt() != size) {
            throw new JobFailure(settings.images() + " has images of "
                    + found.size().getAsInt() + " pixels, the model draws " + size
                    + ": prepare them in that size (casdm prepare --size " + size + ")");
        }
        return found.prepared(size, PreparedCache.ofRun(spark, settings.cache(), settings.run()));
    }

    private List<LikelihoodWork.Chunk> chunks(ImageList images) {
        long wanted = Math.min(images.count(), settings.count().orElse(Long.MAX_VALUE));
        if (settings.count().isPresent() && settings.count().getAsLong() > wanted) {
            LOG.warn(
                    "{} has {} images, fewer than --count={}",
                    images.location(),
                    wanted,
                    settings.count().getAsLong());
        }
        // Whole batches, whatever the number of executors.
        long batches = (wanted + (long) MOST_CHUNKS * settings.batch() - 1) / ((long) MOST_CHUNKS * settings.batch());
        int length = Math.toIntExact(batches * settings.batch());
        var chunks = new ArrayList<LikelihoodWork.Chunk>();
        long first = 0;
        for (var part : images.parts()) {
            int ofPart = (int) Math.min(part.images(), wanted - first);
            for (int skip = 0; skip < ofPart; skip += length) {
                int count = Math.min(length, ofPart - skip);
                chunks.add(new LikelihoodWork.Chunk(chunks.size(), first + skip, part, skip, count));
            }
            first += Math.max(0, ofPart);
        }
        return chunks;
    }
}
