package org.casdm.data.source;

import java.io.Closeable;
import java.io.UncheckedIOException;
import java.util.Iterator;

/**
 * The records of one part in their order. A record that cannot be used is a {@link BadRecord}; a file that ends early
 * or is damaged gives the good records before that, then one {@link BadRecord}, then no more. An
 * {@link UncheckedIOException} means that the storage failed: the part is to be read again, by another attempt of the
 * task. One record at a time is in memory, and few more where reading ahead pays. For one thread.
 */
public interface SourceRecords extends Iterator<SourceRecord>, Closeable {}
