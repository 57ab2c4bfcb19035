package org.casdm.metric.images;

import java.io.IOException;
import java.util.OptionalLong;
import org.casdm.data.source.ReadContext;

/** A part whose images have been counted by reading it. */
record CountedPart(ImagePart part, long images) implements ImagePart {

    @Override
    public OptionalLong count() {
        return OptionalLong.of(images);
    }

    @Override
    public ImageStream open(ReadContext context, int size) throws IOException {
        return part.open(context, size);
    }
}
