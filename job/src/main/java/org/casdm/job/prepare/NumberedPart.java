package org.casdm.job.prepare;

import java.io.Serializable;
import org.casdm.data.source.SourcePart;

/**
 * A part of the source.
 *
 * @param number its place among all parts
 * @param part   what to read
 */
record NumberedPart(int number, SourcePart part) implements Serializable {}
