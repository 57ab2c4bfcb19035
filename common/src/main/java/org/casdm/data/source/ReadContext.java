package org.casdm.data.source;

import org.apache.hadoop.conf.Configuration;

/**
 * What a part needs where it is opened.
 *
 * @param hadoop says how to reach the storage
 * @param limits what the source may ask for
 * @param copies where local copies go, for the formats that need them; one for all tasks of a JVM, closed by its owner
 */
public record ReadContext(Configuration hadoop, SourceLimits limits, LocalCopies copies) {}
