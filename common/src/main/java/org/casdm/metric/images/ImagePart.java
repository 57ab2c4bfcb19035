package org.casdm.metric.images;

import java.io.IOException;
import java.io.Serializable;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/** Some consecutive images of a set: small, and all that an executor needs to read them. */
public interface ImagePart extends Serializable {

    /** How many images it has. */
    int images();

    /** One part for this one and the next of the set, where reading both at once spares work; empty elsewhere. */
    default Optional<ImagePart> joined(ImagePart next) {
        return Optional.empty();
    }

    /** Opens the part, for images of size × size pixels. */
    ImageStream open(Configuration hadoop, int size) throws IOException;
}
