package org.casdm.data.source;

import java.io.Serializable;

/** A picture, encoded or not. */
public sealed interface Payload extends Serializable permits EncodedPicture, DecodedPicture {
    /** Bytes that it takes in memory as it is. */
    long bytes();
}
