package org.casdm.tensor.pytorch;

/**
 * Stands in a tree for something that is not read.
 *
 * @param reason what it is, and why it is refused
 */
public record RefusedValue(String reason) {}
