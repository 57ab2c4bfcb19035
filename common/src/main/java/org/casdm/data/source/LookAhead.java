package org.casdm.data.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.NoSuchElementException;

/** Makes records of a method that reads the next one. */
public abstract class LookAhead implements SourceRecords {
    private SourceRecord next;
    private boolean ended;

    /** The next record, or null at the end; not called again then. */
    protected abstract SourceRecord read() throws IOException;

    @Override
    public final boolean hasNext() {
        if (next == null && !ended) {
            try {
                next = read();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            ended = next == null;
        }
        return next != null;
    }

    @Override
    public final SourceRecord next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no more records");
        }
        SourceRecord result = next;
        next = null;
        return result;
    }
}
