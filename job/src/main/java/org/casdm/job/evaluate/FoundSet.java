package org.casdm.job.evaluate;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.data.source.ImageSource;
import org.casdm.data.source.ImageSources;
import org.casdm.data.source.SourceFormat;
import org.casdm.data.source.SourceLimits;
import org.casdm.data.source.label.LabelRule;
import org.casdm.job.prepare.PreparedCache;
import org.casdm.metric.images.ImageList;
import org.casdm.metric.images.ImageLists;

/**
 * A set of images as it was found.
 *
 * @param location as it was given
 * @param images   of one size; empty for pictures, which are prepared first
 * @param source   of the pictures; empty for images
 */
record FoundSet(String location, Optional<ImageList> images, Optional<ImageSource> source) {

    private static final SourceLimits LIMITS = SourceLimits.DEFAULT;
    private static final double MOST_SKIPPED = 0.01;

    /** @throws IOException if there is nothing usable */
    static FoundSet at(String location, JavaSparkContext spark) throws IOException {
        var hadoop = spark.hadoopConfiguration();
        var images = new ImageLists(hadoop).find(location);
        return new FoundSet(
                location,
                images,
                images.isPresent()
                        ? Optional.empty()
                        : Optional.of(
                                new ImageSources(hadoop, LIMITS).find(location, SourceFormat.AUTO, LabelRule.NONE)));
    }

    /** Width and height of the images; empty for pictures, which can be had in any size. */
    OptionalInt size() {
        return images.stream().mapToInt(ImageList::size).findAny();
    }

    /** The size, or that of the first picture. */
    int ownSize(JavaSparkContext spark) throws IOException {
        return size().isPresent() ? size().getAsInt() : PreparedCache.sizeOfFirst(source.orElseThrow(), LIMITS, spark);
    }

    /** One line to be shown. */
    String summary() {
        return images.map(ImageList::summary)
                .orElseGet(() -> source.orElseThrow().summary());
    }

    /** The images, which pictures become in the cache. */
    ImageList prepared(int size, PreparedCache cache) throws IOException {
        return images.isPresent()
                ? images.get()
                : ImageLists.of(cache.get(source.orElseThrow(), LabelRule.NONE, size, MOST_SKIPPED, LIMITS));
    }
}
