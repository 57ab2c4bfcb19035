package org.casdm.job.train;

import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.config.CasdmConfig;
import org.casdm.config.CasdmConfig.Format;
import org.casdm.data.shard.DataFolder;
import org.casdm.data.source.ImageSource;
import org.casdm.data.source.ImageSources;
import org.casdm.data.source.SourceFormat;
import org.casdm.data.source.SourceLimits;
import org.casdm.data.source.label.LabelRule;
import org.casdm.job.JobFailure;
import org.casdm.job.prepare.PreparedCache;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The images of a run as they were found: prepared, or a source that is prepared before training starts. */
final class TrainingImages {

    private static final Logger LOG = LoggerFactory.getLogger(TrainingImages.class);

    private final CasdmConfig config;
    private final LabelRule labels;
    private final SourceLimits limits;
    private final Optional<DataFolder> prepared;
    private final Optional<ImageSource> source;

    /**
     * Looks for them.
     *
     * @throws IOException     if there is nothing usable
     * @throws JobFailure if they are known to have other classes than the model
     */
    TrainingImages(CasdmConfig config, Configuration hadoop) throws IOException {
        this.config = config;
        var data = config.data();
        var location = data.path().orElseThrow();
        // Without classes, labels that cannot be read do no harm.
        labels = config.model().classes() == 0
                ? LabelRule.NONE
                : LabelRule.of(data.labels().text());
        limits = SourceLimits.DEFAULT.withFollowLinks(data.followLinks());
        prepared = data.format() == Format.SHARDS
                ? Optional.of(DataFolder.at(location, hadoop))
                : data.format() == Format.AUTO ? DataFolder.in(location, hadoop) : Optional.empty();
        if (prepared.isPresent()) {
            source = Optional.empty();
            prepared.get().requireSize(data.size());
            requireClasses(location, prepared.get().classNames().size());
        } else {
            var found = new ImageSources(hadoop, limits)
                    .find(location, SourceFormat.of(data.format().text()), labels);
            LOG.info("source: {}", found.summary());
            source = Optional.of(found);
            if (!found.numbered()) {
                requireClasses(location, found.classNames().size());
            }
        }
    }

    /** The prepared images; prepares them if they are not. */
    DataFolder prepare(JavaSparkContext spark) throws IOException {
        if (source.isEmpty()) {
            LOG.info("images: {}", prepared.orElseThrow().summary());
            return prepared.get();
        }
        var data = config.data();
        var images = PreparedCache.ofRun(
                        spark, data.cache(), config.run().folder().orElseThrow())
                .get(source.get(), labels, data.size(), data.maxBadFraction(), limits);
        requireClasses(data.path().orElseThrow(), images.classNames().size());
        LOG.info("images: {}", images.summary());
        return images;
    }

    private void requireClasses(String location, int found) {
        int classes = config.model().classes();
        if (classes > 0 && found != classes) {
            throw new JobFailure("model.classes is " + classes + ", but " + location + " has " + found
                    + " classes; set model.classes to that number, or to 0 to train without labels"
                    + (found > 0
                            ? ""
                            : ". Classes come from subfolders, from dataset.json of NVIDIA's dataset_tool, from .cls"
                                    + " files in tars, from a label column in Parquet, or, with data.labels = name"
                                    + " (prepare --labels name), from file names such as cat_00001.png"));
        }
    }
}
