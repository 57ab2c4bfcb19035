package org.casdm.job.evaluate;

import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.casdm.data.source.ReadContext;
import org.casdm.data.source.SourceLimits;
import org.casdm.metric.images.ImagePart;

/** The task: counts the images of a part, unusable ones included. */
final class CountImages implements Function<ImagePart, Long> {

    private static final long serialVersionUID = 1L;

    private final SourceLimits limits;
    private final Broadcast<SerializableConfiguration> hadoop;

    CountImages(SourceLimits limits, Broadcast<SerializableConfiguration> hadoop) {
        this.limits = limits;
        this.hadoop = hadoop;
    }

    @Override
    public Long call(ImagePart part) throws Exception {
        return part.countImages(new ReadContext(hadoop.value().value(), limits, ExtractorPool.copies()));
    }
}
