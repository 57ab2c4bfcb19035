package org.casdm.data.source;

import java.io.IOException;
import java.io.Serializable;
import java.util.OptionalLong;

/**
 * A piece of a source that one task reads: a few files, a range of an archive, a range of keys. It is small and needs
 * nothing else of the source, so it can be sent to any executor.
 */
public interface SourcePart extends Serializable {
    /** What it covers, to be shown: a file, and where in it. */
    String name();

    /** About how many bytes reading it takes, by which work can be shared out. */
    long bytes();

    /** How many records it has, where that is known without reading it. */
    default OptionalLong count() {
        return OptionalLong.empty();
    }

    /**
     * Opens it.
     *
     * @param context how to reach the storage, and what is allowed
     * @return its records, to be closed
     * @throws IOException when the storage fails, or the source has changed since it was listed
     */
    SourceRecords open(ReadContext context) throws IOException;
}
