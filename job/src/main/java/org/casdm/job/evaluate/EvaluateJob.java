package org.casdm.job.evaluate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.data.source.ReadContext;
import org.casdm.data.source.SourceLimits;
import org.casdm.metric.FeatureMatrix;
import org.casdm.metric.GaussianStatistics;
import org.casdm.metric.ReferenceStatistics;
import org.casdm.metric.feature.FeatureInfo;
import org.casdm.metric.images.ImageList;
import org.casdm.metric.images.ImageLists;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges samples: finds the sets, computes features on the executors and metrics on the driver, tells and stores the
 * numbers. They do not depend on the number of executors.
 */
public final class EvaluateJob {

    private static final Logger LOG = LoggerFactory.getLogger(EvaluateJob.class);

    private final EvaluationSettings settings;
    private final SourceLimits limits = SourceLimits.DEFAULT;

    /** @param settings checked by themselves */
    public EvaluateJob(EvaluationSettings settings) {
        this.settings = settings;
    }

    /** The reference set: its features, or images whose features are still to be computed. */
    private record Reference(Optional<ReferenceStatistics> stored, Optional<ImageList> images) {
    }

    /**
     * Evaluates all samples, one set after the other.
     *
     * @param receiver gets each set's numbers when they are known
     * @return the numbers of all sets
     * @throws IOException if a set or the weights cannot be read, or results cannot be written
     * @throws EvaluationFailure if sets or features do not go together
     */
    public List<Evaluation> run(JavaSparkContext spark, EvaluationReceiver receiver) throws IOException {
        var hadoop = spark.hadoopConfiguration();
        var id = FeatureStage.newId();
        try {
            var info = ExtractorPool.model(id, settings.extractor(), hadoop).info();
            tell(info);
            var lists = new ImageLists(new ReadContext(hadoop, limits, ExtractorPool.copies()));
            var reference = reference(lists, spark);
            var metrics = metrics(info, reference);
            var samples = new ArrayList<ImageList>();
            for (var set : settings.samples()) {
                samples.add(lists.find(set.location()));
            }
            int size = size(samples, reference.images());
            try (var stage = new FeatureStage(spark, settings, limits, info, id)) {
                return evaluate(stage, samples, reference, metrics, info, size, receiver, spark);
            }
        } finally {
            ExtractorPool.close();
        }
    }

    private static void tell(FeatureInfo info) {
        LOG.info("features: {}, {}, weights {}", info.name(), info.variant(), info.weights());
        if (!info.comparable()) {
            LOG.warn("these features are not those that papers use: the numbers compare with each other alone");
        }
    }

    private Reference reference(ImageLists lists, JavaSparkContext spark) throws IOException {
        if (settings.reference().isEmpty()) {
            return new Reference(Optional.empty(), Optional.empty());
        }
        var location = settings.reference().get();
        if (lists.holdsStatistics(location)) {
            LOG.info("reference: stored statistics {}", location);
            return new Reference(Optional.of(ReferenceStatistics.read(location, spark.hadoopConfiguration())),
                    Optional.empty());
        }
        return new Reference(Optional.empty(), Optional.of(lists.find(location)));
    }

    /** What can be computed; what was asked for by name has to be. */
    private Set<Metric> metrics(FeatureInfo info, Reference reference) {
        var metrics = EnumSet.noneOf(Metric.class);
        for (var metric : settings.chosen()) {
            var obstacle = obstacle(metric, info, reference);
            if (obstacle.isEmpty()) {
                metrics.add(metric);
            } else if (settings.metrics().contains(metric)) {
                throw new EvaluationFailure(metric.title() + " cannot be computed: " + obstacle.get());
            } else {
                LOG.info("no {}: {}", metric.title(), obstacle.get());
            }
        }
        return metrics;
    }

    private Optional<String> obstacle(Metric metric, FeatureInfo info, Reference reference) {
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
        if (reference.stored().isPresent()) {
            if (Metric.OF_SINGLE_IMAGES.contains(metric)) {
                return Optional.of(location + " holds mean and covariance alone; this metric compares single images");
            }
            if (metric == Metric.FID) {
                return dimensions(location, reference.stored().get().pooled(), info.pooledDimension(), info);
            }
            if (metric == Metric.SFID) {
                return reference.stored().get().spatial()
                        .map(spatial -> dimensions(location, spatial, info.spatialDimension(), info))
                        .orElse(Optional.of(location + " has no spatial statistics (mu_s, sigma_s)"));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> dimensions(String location, GaussianStatistics stored, int dimensions,
            FeatureInfo info) {
        return stored.dimensions() == dimensions ? Optional.empty()
                : Optional.of(location + " holds statistics of " + stored.dimensions() + " features, and " + info.name()
                        + " has " + dimensions);
    }

    /** The one size of all images. */
    private int size(List<ImageList> samples, Optional<ImageList> reference) {
        var all = new ArrayList<>(samples);
        reference.ifPresent(all::add);
        var fixed = all.stream().filter(list -> !list.resizable()).toList();
        OptionalInt wanted = settings.size().isPresent() || fixed.isEmpty() ? settings.size()
                : OptionalInt.of(fixed.get(0).size());
        int size = wanted.orElse(all.get(0).size());
        var other = fixed.stream().filter(list -> list.size() != size).findFirst();
        if (other.isPresent()) {
            throw new EvaluationFailure("The images differ in size: " + all.stream()
                    .map(list -> list.location() + " has " + list.size() + "x" + list.size() + " pixels"
                            + (list.resizable() ? " (and can be scaled)" : "")).collect(Collectors.joining(", "))
                    + settings.size().stream().mapToObj(pixels -> "; --size is " + pixels)
                            .collect(Collectors.joining())
                    + ". Metrics compare images of one size: prepare or draw one of the sets anew.");
        }
        for (var list : all) {
            LOG.info("{}: {}{}", list.location(), list.summary(), list.resizable()
                    ? "; scaled and cropped to " + size + "x" + size + " pixels where they are not of that size" : "");
        }
        return size;
    }

    private List<Evaluation> evaluate(FeatureStage stage, List<ImageList> samples, Reference reference,
            Set<Metric> metrics, FeatureInfo info, int size, EvaluationReceiver receiver, JavaSparkContext spark)
            throws IOException {
        boolean saveReference = settings.saveStatistics().isPresent() && settings.reference().isPresent();
        boolean saveSamples = settings.saveStatistics().isPresent() && settings.reference().isEmpty();
        var referenceFeatures = reference.stored().map(this::stored).orElse(null);
        if (reference.images().isPresent()) {
            var ofReference = EnumSet.copyOf(metrics);
            ofReference.remove(Metric.IS);
            referenceFeatures = stage.compute(reference.images().get().withSize(size), "reference", ofReference,
                    saveReference);
            if (saveReference) {
                save(referenceFeatures, spark);
            }
        }
        var evaluations = new ArrayList<Evaluation>();
        for (int i = 0; i < samples.size(); i++) {
            var features = stage.compute(samples.get(i).withSize(size), role(i), metrics, saveSamples);
            if (saveSamples) {
                save(features, spark);
            }
            warnOfSmallSets(metrics, info, features);
            var evaluation = evaluation(settings.samples().get(i), features, referenceFeatures, metrics, info);
            receiver.accept(evaluation);
            evaluations.add(evaluation);
        }
        return evaluations;
    }

    private String role(int index) {
        return settings.samples().size() == 1 ? "samples" : "samples-" + index;
    }

    private SetFeatures stored(ReferenceStatistics statistics) {
        return new SetFeatures(settings.reference().orElseThrow(), OptionalLong.empty(), 0,
                Optional.of(statistics.pooled()), statistics.spatial(), Optional.empty(), Optional.empty());
    }

    private void save(SetFeatures features, JavaSparkContext spark) throws IOException {
        var uri = settings.saveStatistics().orElseThrow();
        new ReferenceStatistics(features.pooled().orElseThrow(), features.spatial())
                .write(uri, spark.hadoopConfiguration());
        LOG.info("mean and covariance of {} are in {}", features.location(), uri);
    }

    private static void warnOfSmallSets(Set<Metric> metrics, FeatureInfo info, SetFeatures samples) {
        long images = samples.images().orElseThrow();
        if (metrics.contains(Metric.FID) && images <= info.pooledDimension()) {
            LOG.warn("{} samples are no more than the {} features: {} is then far too large, and compares with that of"
                    + " as many samples alone; papers have 50000", images, info.pooledDimension(), info.label("FID"));
        }
    }

    private Evaluation evaluation(LabelledSamples samples, SetFeatures features, SetFeatures reference,
            Set<Metric> metrics, FeatureInfo info) {
        var values = new Comparison(metrics, settings.seed()).compare(features, reference);
        return new Evaluation(samples.location(), samples.step(), features.images().orElseThrow(), features.skipped(),
                reference == null ? null : reference.location(),
                reference == null ? OptionalLong.empty() : reference.images(), info, values,
                features.kept().map(FeatureMatrix::rows).orElse(0),
                reference == null ? 0 : reference.kept().map(FeatureMatrix::rows).orElse(0), settings.seed());
    }
}
