package org.casdm.job.evaluate;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.job.JobFailure;
import org.casdm.job.device.DeviceSurvey;
import org.casdm.job.evaluate.result.Evaluation;
import org.casdm.job.evaluate.result.Metric;
import org.casdm.job.prepare.PreparedCache;
import org.casdm.metric.FeatureMatrix;
import org.casdm.metric.GaussianStatistics;
import org.casdm.metric.ReferenceStatistics;
import org.casdm.metric.feature.FeatureInfo;
import org.casdm.metric.images.ImageList;
import org.casdm.metric.images.ImageLists;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges sets of samples one after the other: computes features on the executors and metrics on the driver. The
 * features of the reference set are computed once, when the first samples have told the size of the images.
 */
final class Evaluator implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Evaluator.class);

    private final JavaSparkContext spark;
    private final EvaluationSettings settings;
    private final FeatureInfo info;
    private final ImageLists lists;
    private final Optional<ReferenceStatistics> stored;
    private final Optional<FoundSet> referenceImages;
    private final Optional<String> run;
    private final Set<Metric> metrics;
    private final FeatureStage stage;
    private SetFeatures reference;
    private OptionalInt size;
    private int sets;

    /**
     * Loads the network and finds the reference set.
     *
     * @param run folder of the run that is evaluated, if it is one: pictures are prepared beside it
     * @throws IOException if either cannot be read
     * @throws JobFailure if a metric that was asked for cannot be computed
     */
    Evaluator(JavaSparkContext spark, EvaluationSettings settings, Optional<String> run) throws IOException {
        this.spark = spark;
        this.settings = settings;
        this.run = run;
        DeviceSurvey.ofDriver(spark);
        DeviceSurvey.ofExecutors(spark, spark.defaultParallelism(), settings.engine());
        size = settings.size();
        lists = new ImageLists(spark.hadoopConfiguration());
        info = load();
        stored = storedStatistics();
        metrics = metrics();
        referenceImages = needsReferenceImages()
                ? Optional.of(FoundSet.at(settings.reference().get(), spark))
                : Optional.empty();
        stage = new FeatureStage(spark, settings, info);
    }

    /** Checks the weights here, before the work begins. */
    private FeatureInfo load() throws IOException {
        try (var model = settings.extractor().load(spark.hadoopConfiguration())) {
            var found = model.info();
            LOG.info("features: {}, {}, weights {}", found.name(), found.variant(), found.weights());
            if (!found.comparable()) {
                LOG.warn("these features are not those of papers: the numbers are comparable only with each other");
            }
            return found;
        } catch (FileNotFoundException e) {
            throw new JobFailure("The weights do not exist: " + e.getMessage() + ". " + settings.withoutWeights());
        }
    }

    /**
     * The statistics of the reference set, unless they are of other features and the file has the images beside them.
     */
    private Optional<ReferenceStatistics> storedStatistics() throws IOException {
        if (settings.reference().isEmpty()
                || !lists.holdsStatistics(settings.reference().get())) {
            return Optional.empty();
        }
        var location = settings.reference().get();
        var statistics = ReferenceStatistics.read(location, spark.hadoopConfiguration());
        var misfit = dimensions(location, statistics.pooled(), info.pooledDimension());
        if (misfit.isPresent() && lists.holdsImages(location)) {
            LOG.info("reference: the images of {}, as {}", location, misfit.get());
            return Optional.empty();
        }
        LOG.info("reference: stored statistics {}", location);
        return Optional.of(statistics);
    }

    /** Published reference batches have statistics of a whole data set, and some of its images beside them. */
    private boolean needsReferenceImages() {
        return settings.reference().isPresent()
                && (stored.isEmpty() || metrics.stream().anyMatch(Metric.OF_SINGLE_IMAGES::contains));
    }

    /** What can be computed; what was asked for by name has to be. */
    private Set<Metric> metrics() throws IOException {
        var possible = EnumSet.noneOf(Metric.class);
        for (var metric : settings.chosen()) {
            var obstacle = obstacle(metric);
            if (obstacle.isEmpty()) {
                possible.add(metric);
            } else if (settings.metrics().contains(metric)) {
                throw new JobFailure(metric.title() + " cannot be computed: " + obstacle.get());
            } else {
                LOG.info("no {}: {}", metric.title(), obstacle.get());
            }
        }
        return possible;
    }

    private Optional<String> obstacle(Metric metric) throws IOException {
        var location = settings.reference().orElse("");
        if (metric.needsReference() && settings.reference().isEmpty()) {
            return Optional.of("there is no reference set (--reference)");
        }
        if (metric == Metric.SFID && info.spatialDimension() == 0) {
            return Optional.of(info.name() + " has no spatial features");
        }
        if (metric == Metric.IS && info.classes() == 0) {
            return Optional.of(info.name() + " has no classes");
        }
        if (stored.isPresent()) {
            if (Metric.OF_SINGLE_IMAGES.contains(metric)) {
                return lists.holdsImages(location)
                        ? Optional.empty()
                        : Optional.of(location + " holds only mean and covariance, no images (arr_0), and this metric"
                                + " compares single images");
            }
            if (metric == Metric.FID) {
                return dimensions(location, stored.get().pooled(), info.pooledDimension());
            }
            if (metric == Metric.SFID) {
                return stored.get()
                        .spatial()
                        .map(spatial -> dimensions(location, spatial, info.spatialDimension()))
                        .orElse(Optional.of(location + " has no spatial statistics (mu_s, sigma_s)"));
            }
        }
        return Optional.empty();
    }

    private Optional<String> dimensions(String location, GaussianStatistics found, int dimensions) {
        return found.dimensions() == dimensions
                ? Optional.empty()
                : Optional.of(location + " holds statistics of " + found.dimensions() + " features, and " + info.name()
                        + " has " + dimensions);
    }

    /** What the features are. */
    FeatureInfo info() {
        return info;
    }

    /** The metrics that are computed. */
    Set<Metric> computed() {
        return Set.copyOf(metrics);
    }

    /**
     * Finds samples. Those that are there already may be found together, so that what does not fit is known before any
     * work is done.
     *
     * @throws JobFailure if they differ in size, from each other or from what there was before
     */
    List<ImageList> find(List<LabelledSamples> samples) throws IOException {
        var found = new ArrayList<FoundSet>();
        for (var set : samples) {
            found.add(FoundSet.at(set.location(), spark));
        }
        int common = size(found);
        size = OptionalInt.of(common);
        var images = new ArrayList<ImageList>();
        for (var set : found) {
            images.add(prepared(set));
        }
        return images;
    }

    private ImageList prepared(FoundSet set) throws IOException {
        var cache = run.isPresent()
                ? PreparedCache.ofRun(spark, settings.cache(), run.get())
                : PreparedCache.ofSource(spark, settings.cache(), set.location());
        return set.prepared(size.orElseThrow(), cache);
    }

    /** The one size of all images. */
    private int size(List<FoundSet> samples) throws IOException {
        var all = Stream.concat(samples.stream(), referenceImages.stream()).toList();
        var fixed = all.stream().filter(set -> set.size().isPresent()).toList();
        OptionalInt wanted =
                size.isPresent() || fixed.isEmpty() ? size : fixed.get(0).size();
        int common = wanted.isPresent() ? wanted.getAsInt() : all.get(0).ownSize(spark);
        if (fixed.stream().anyMatch(set -> set.size().getAsInt() != common)) {
            throw new JobFailure("The images differ in size: "
                    + all.stream().map(Evaluator::sizeText).collect(Collectors.joining(", "))
                    + settings.size().stream()
                            .mapToObj(pixels -> "; --size is " + pixels)
                            .collect(Collectors.joining())
                    + ". Metrics compare images of one size: prepare or draw one of the sets again.");
        }
        for (var set : all) {
            LOG.info(
                    "{}: {}{}",
                    set.location(),
                    set.summary(),
                    set.size().isPresent()
                            ? ""
                            : "; scaled and cropped to " + common + "x" + common
                                    + " pixels where they are not of that size");
        }
        return common;
    }

    private static String sizeText(FoundSet set) {
        return set.size().isPresent()
                ? set.location() + " has " + set.size().getAsInt() + "x"
                        + set.size().getAsInt() + " pixels"
                : set.location() + " has pictures, which can be scaled";
    }

    /**
     * Judges a set.
     *
     * @param samples what {@code images} are
     * @param images  of {@link #find}
     */
    Evaluation evaluate(LabelledSamples samples, ImageList images) throws IOException {
        if (reference == null) {
            reference = reference();
        }
        boolean save =
                settings.saveStatistics().isPresent() && settings.reference().isEmpty();
        var features = stage.compute(images, "samples" + (sets == 0 ? "" : "-" + sets), metrics, save);
        sets++;
        if (save) {
            save(features);
        }
        warnOfSmallSet(features);
        var values = new Comparison(metrics, settings.seed()).compare(features, reference);
        return new Evaluation(
                samples.location(),
                samples.step(),
                features.images().orElseThrow(),
                features.skipped(),
                reference == null ? null : reference.location(),
                reference == null ? OptionalLong.empty() : reference.images(),
                info,
                values,
                features.kept().map(FeatureMatrix::rows).orElse(0),
                reference == null
                        ? 0
                        : reference.kept().map(FeatureMatrix::rows).orElse(0),
                settings.seed());
    }

    /** The reference set's features, null if there is no such set. */
    private SetFeatures reference() throws IOException {
        if (settings.reference().isEmpty()) {
            return null;
        }
        boolean save = settings.saveStatistics().isPresent();
        Optional<SetFeatures> computed = Optional.empty();
        if (referenceImages.isPresent()) {
            var ofReference = EnumSet.noneOf(Metric.class);
            metrics.stream()
                    .filter(stored.isPresent() ? Metric.OF_SINGLE_IMAGES::contains : Metric::needsReference)
                    .forEach(ofReference::add);
            var images = prepared(referenceImages.get());
            computed = Optional.of(stage.compute(images, "reference", ofReference, save && stored.isEmpty()));
        }
        var features = stored.isEmpty()
                ? computed.orElseThrow()
                : new SetFeatures(
                        settings.reference().get(),
                        OptionalLong.empty(),
                        computed.map(SetFeatures::skipped).orElse(0L),
                        Optional.of(stored.get().pooled()),
                        stored.get().spatial(),
                        Optional.empty(),
                        computed.flatMap(SetFeatures::kept));
        if (save) {
            save(features);
        }
        return features;
    }

    private void save(SetFeatures features) throws IOException {
        var uri = settings.saveStatistics().orElseThrow();
        new ReferenceStatistics(features.pooled().orElseThrow(), features.spatial())
                .write(uri, spark.hadoopConfiguration());
        LOG.info("mean and covariance of {} are in {}", features.location(), uri);
    }

    private void warnOfSmallSet(SetFeatures samples) {
        long images = samples.images().orElseThrow();
        if (metrics.contains(Metric.FID) && images <= info.pooledDimension()) {
            LOG.warn(
                    "{} samples are fewer than needed for {} features: {} is then far too large, and comparable only"
                            + " with that of as many samples; papers use 50000",
                    images,
                    info.pooledDimension(),
                    info.label("FID"));
        }
    }

    @Override
    public void close() throws IOException {
        stage.close();
    }
}
