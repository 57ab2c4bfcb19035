package org.casdm.data.source;

import org.casdm.data.picture.Picture;

/**
 * A picture from a source that stores plain samples.
 *
 * @param picture the samples and their sizes
 */
public record DecodedPicture(Picture picture) implements Payload {
    @Override
    public long bytes() {
        return picture.samples().length;
    }
}
