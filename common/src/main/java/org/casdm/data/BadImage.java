package org.casdm.data;

import java.io.Serializable;

/**
 * An image that cannot be used.
 *
 * @param index  its index in the data set
 * @param id     the file or record
 * @param reason what is wrong with it
 */
public record BadImage(long index, String id, String reason) implements Serializable {}
