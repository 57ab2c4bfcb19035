package org.casdm.job.sample;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.casdm.cascade.ModelSpec;
import org.casdm.config.ConfigException;
import org.casdm.engine.EngineRequest;
import org.casdm.job.JobFailure;
import org.casdm.job.ProgramVersion;
import org.casdm.job.device.DeviceSurvey;
import org.casdm.job.executor.ExecutorLocal;
import org.casdm.job.metrics.OperatorMetrics;
import org.casdm.job.progress.Progress;
import org.casdm.job.progress.TaskCount;
import org.casdm.job.progress.TimeText;
import org.casdm.job.sample.SampleRequest.Format;
import org.casdm.job.sample.draw.DrawPart;
import org.casdm.job.sample.draw.DrawTrajectory;
import org.casdm.job.sample.draw.SampleTask;
import org.casdm.job.sample.folder.ClassCycle;
import org.casdm.job.sample.folder.Part;
import org.casdm.job.sample.folder.PartFormat;
import org.casdm.job.sample.folder.SampleFolder;
import org.casdm.job.sample.folder.SampleProducts;
import org.casdm.job.sample.folder.SampleRange;
import org.casdm.job.sample.folder.SampleSettings;
import org.casdm.job.sample.model.StoredModel;
import org.casdm.job.sample.model.WeightChoice;
import org.casdm.sampling.SamplerSettings;
import org.casdm.storage.AtomicFile;
import org.casdm.tensor.ContentDigest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Draws images on the executors: those that the folder does not hold yet. */
public final class SampleJob {

    private static final Logger LOG = LoggerFactory.getLogger(SampleJob.class);
    private static final String ALL_TIMESTEPS = "all";
    private static final String TRAJECTORY = "trajectory.png";

    private final SampleRequest request;
    private final EngineRequest engine;
    private final SampleSettings settings;
    private final int steps;

    /**
     * Finds the checkpoint and checks what is asked for against it.
     *
     * @param engine what is to compute
     * @param hadoop says how to reach the storage
     * @throws ConfigException if the model cannot draw what is asked for
     * @throws JobFailure if there is no complete checkpoint
     */
    public SampleJob(SampleRequest request, EngineRequest engine, Configuration hadoop) throws IOException {
        this.request = request;
        this.engine = engine;
        var model = StoredModel.find(request.checkpoint(), new WeightChoice(request.ema()), hadoop);
        try {
            var sampler = new SamplerSettings(
                    respacing(model),
                    request.sampling(model.spec()),
                    request.network(),
                    request.clip(),
                    request.seed(),
                    request.guidance().of(model.config().model().nullLabel()));
            settings = new SampleSettings(
                    model,
                    sampler,
                    ClassCycle.parse(request.classes(), model.config().model().classes()),
                    request.interpolation().orElse(null),
                    request.format() == Format.PNG ? PartFormat.PNG : PartFormat.PARQUET);
            steps = sampler.steps(model.spec().schedule());
            sampler.method().requireOf(model.spec());
            check(model.spec());
        } catch (IllegalArgumentException e) {
            throw new ConfigException(List.of(e.getMessage()));
        }
    }

    private String respacing(StoredModel model) {
        return request.respacing()
                .map(text -> text.strip().equals(ALL_TIMESTEPS) ? "" : text.strip())
                .orElseGet(() -> Integer.toString(model.config().samples().samplerSteps()));
    }

    private void check(ModelSpec model) {
        if (request.interpolation().isPresent() && settings.classes().classes().size() > 1) {
            throw new IllegalArgumentException(
                    "--interpolate needs a single class (--classes=3): else the images change for two reasons");
        }
        request.trajectory().filter(trajectory -> trajectory.moments() > steps).ifPresent(trajectory -> {
            throw new IllegalArgumentException("--trajectory=" + trajectory.moments() + ", but only " + steps + " of "
                    + model.schedule().steps() + " timesteps are visited (--respacing)");
        });
    }

    /**
     * Draws what is missing, and completes the folder.
     *
     * @throws IOException if the folder cannot be written, or the checkpoint not be read
     * @throws JobFailure if the folder holds something else
     */
    public void run(JavaSparkContext spark) throws IOException {
        LOG.info("drawing with {}", settings.model());
        LOG.info("settings: {}", settings.describe());
        var folder = new SampleFolder(request.out(), settings, spark.hadoopConfiguration());
        folder.open(request.count());
        var present = folder.parts();
        var ranges = SamplePlan.missing(
                present.stream().map(Part::range).toList(),
                request.count(),
                request.imagesPerPart().orElse(SamplePlan.length(request.count(), request.batch())));
        if (!ranges.isEmpty()) {
            folder.write(contents(false, present, null));
            // What has been put together from fewer images must not be taken for all.
            folder.remove(SampleProducts.NPZ);
        }
        draw(spark, folder, ranges);
        folder.removeRemains();
        complete(folder);
        LOG.info("done: {} images in {}", String.format(Locale.ROOT, "%,d", request.count()), folder.root());
    }

    private SampleFolder.Contents contents(boolean complete, List<Part> parts, ContentDigest npz) {
        return new SampleFolder.Contents(
                complete,
                request.count(),
                settings.describe(),
                settings.model().run(),
                ProgramVersion.get(),
                parts,
                npz);
    }

    /** Has executors draw what is missing, and the trajectory. */
    private void draw(JavaSparkContext spark, SampleFolder folder, List<SampleRange> ranges) throws IOException {
        var task = new SampleTask(
                UUID.randomUUID(),
                settings,
                folder.root().toString(),
                request.batch(),
                spark.getConf().getInt("spark.task.cpus", 1),
                engine,
                new SerializableConfiguration(spark.hadoopConfiguration()));
        var shared = spark.broadcast(task);
        try {
            drawParts(spark, folder, ranges, shared);
            if (request.trajectory().isPresent()) {
                var wanted = request.trajectory().get().withAtMost(request.count());
                var png = spark.parallelize(List.of(wanted), 1)
                        .map(new DrawTrajectory(shared))
                        .first();
                AtomicFile.write(folder.fileSystem(), folder.file(TRAJECTORY), png);
            }
        } finally {
            ExecutorLocal.close(task.job());
            shared.destroy();
        }
    }

    private void drawParts(
            JavaSparkContext spark, SampleFolder folder, List<SampleRange> ranges, Broadcast<SampleTask> task) {
        long images = ranges.stream().mapToLong(SampleRange::count).sum();
        LOG.info(
                "{} of {} images exist; drawing {} in {} parts to {}",
                request.count() - images,
                request.count(),
                images,
                ranges.size(),
                folder.root());
        if (ranges.isEmpty()) {
            return;
        }
        DeviceSurvey.ofExecutors(spark, Math.min(ranges.size(), spark.defaultParallelism()), engine);
        var counter = spark.sc().longAccumulator("image steps");
        long before = request.count() - images;
        var progress = Progress.ofCount("samples", "images", LOG::info)
                .inSteps(steps)
                .withMetrics(OperatorMetrics.register("sample")::set);
        long begin = System.nanoTime();
        try (var count = TaskCount.follow(
                spark.sc(), counter, done -> progress.at(before * steps + done, request.count() * steps))) {
            spark.parallelize(ranges, ranges.size())
                    .map(new DrawPart(task, counter))
                    .collect();
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        LOG.info(
                "{} images drawn in {}, {} a second",
                images,
                TimeText.hours(seconds),
                String.format(Locale.ROOT, "%.3g", images / seconds));
    }

    /** Makes what belongs to a folder with all of its images, unless it is there. */
    private void complete(SampleFolder folder) throws IOException {
        var parts = folder.parts();
        long there = parts.stream().mapToLong(Part::count).sum();
        if (there != request.count()) {
            throw new JobFailure(folder.root() + " holds " + there + " of " + request.count() + " images although"
                    + " all have been drawn: another process writes there. Rerun when it has ended");
        }
        boolean npz = request.format() == Format.NPZ;
        var before = folder.contents()
                .filter(SampleFolder.Contents::complete)
                .filter(contents -> contents.parts().equals(parts));
        var archive = before.map(SampleFolder.Contents::npz).orElse(null);
        if (archive != null && !folder.has(SampleProducts.NPZ, archive.bytes())) {
            archive = null;
        }
        if (before.isPresent() && (!npz || archive != null)) {
            return;
        }
        var products = new SampleProducts(folder, settings, parts);
        products.writeSheet();
        if (settings.storedAs() == PartFormat.PARQUET) {
            products.writeDescription();
        }
        if (npz && archive == null) {
            archive = products.writeNpz();
        }
        folder.write(contents(true, parts, archive));
    }
}
