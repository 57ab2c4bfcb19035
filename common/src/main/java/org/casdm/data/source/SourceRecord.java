package org.casdm.data.source;

import java.io.Serializable;

/** What a source has at one place: a picture, or the reason why there is none. */
public sealed interface SourceRecord extends Serializable permits RawImage, BadRecord {
    /**
     * The record's name, which is the same wherever the source lies: a file's path below the folder or in the archive,
     * a key, or a file's name and a record's number ({@code data_batch_1.bin#17}).
     */
    String id();
}
