package org.casdm.data.source;

import org.casdm.data.BadImageException;
import org.casdm.data.picture.ImageDecoder;
import org.casdm.data.picture.Picture;

/**
 * A picture as its source stores it.
 *
 * @param id      the record's name, unique in its source
 * @param label   its class, an index into the source's names of classes, or {@link org.casdm.data.shard.DatasetDescription#NO_LABEL}
 * @param payload the picture itself
 */
public record RawImage(String id, int label, Payload payload) implements SourceRecord {
    /**
     * The picture, decoded if it is not yet.
     *
     * @throws BadImageException when it is empty, no picture, truncated, damaged or too large
     */
    public Picture picture(ImageDecoder decoder) throws BadImageException {
        // With Java 21 this becomes a switch.
        return payload instanceof EncodedPicture encoded
                ? decoder.decode(encoded.content(), id)
                : ((DecodedPicture) payload).picture();
    }
}
