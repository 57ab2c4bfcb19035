package org.casdm.metric.images;

import java.io.IOException;
import java.io.Serializable;
import java.util.Optional;
import java.util.OptionalLong;
import org.casdm.data.source.ReadContext;

/** Some consecutive images of a set: small, and all that an executor needs to read them. */
public interface ImagePart extends Serializable {

    /** Images, unusable ones included; empty where only reading tells. */
    OptionalLong count();

    /** Counts them, by reading if need be. */
    default long countImages(ReadContext context) throws IOException {
        return count().orElseThrow();
    }

    /** One part for this one and the next of the set, where reading both at once spares work; empty elsewhere. */
    default Optional<ImagePart> joined(ImagePart next) {
        return Optional.empty();
    }

    /** Opens the part, for images of size × size pixels. */
    ImageStream open(ReadContext context, int size) throws IOException;
}
