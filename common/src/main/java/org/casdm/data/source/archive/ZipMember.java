package org.casdm.data.source.archive;

import java.io.Serializable;

/**
 * An entry as a zip's central directory describes it.
 *
 * @param name     without {@code ./} in front
 * @param link     whether it is a symbolic link
 * @param flags    general purpose bits
 * @param method   of compression
 * @param checksum CRC-32 of the content
 * @param packed   bytes of the data in the file
 * @param size     bytes of the content
 * @param offset   of the entry's local header in the file
 */
record ZipMember(String name, boolean link, int flags, int method, int checksum, long packed, long size, long offset)
        implements Serializable {}
