package org.casdm.data.source;

import java.io.Serializable;
import org.casdm.data.picture.ImageDecoder;

/**
 * What reading a source may cost. Archives come from strangers: a few bytes of them can unpack to
 * gigabytes of pixels, and names in them can point anywhere.
 *
 * @param maximumPixels     pictures larger than this (width × height as they declare it) are refused before they are
 *                          decoded; at least 1
 * @param maximumEntryBytes files, archive entries and values with more bytes than this are refused; 1 to 2^30
 * @param maximumRatio      compressed data that grows by more than this factor is refused, once it has given 16 MiB; at
 *                          least 1
 * @param followLinks       whether symbolic links in a folder are followed; those in archives never are
 */
public record SourceLimits(long maximumPixels, int maximumEntryBytes, int maximumRatio, boolean followLinks)
        implements Serializable {
    /** As the reference configuration has them: Pillow's limit of pixels, 256 MiB, a factor of 200, no links. */
    public static final SourceLimits DEFAULT =
            new SourceLimits(ImageDecoder.DEFAULT_MAXIMUM_PIXELS, 256 << 20, 200, false);

    private static final int LARGEST_ENTRY = 1 << 30;

    /** @throws IllegalArgumentException when a number is out of range */
    public SourceLimits {
        if (maximumPixels < 1 || maximumEntryBytes < 1 || maximumEntryBytes > LARGEST_ENTRY || maximumRatio < 1) {
            throw new IllegalArgumentException("no such limits: " + maximumPixels + " pixels, " + maximumEntryBytes
                    + " bytes an entry, ratio " + maximumRatio);
        }
    }

    /** The same, with links followed or not. */
    public SourceLimits withFollowLinks(boolean follow) {
        return new SourceLimits(maximumPixels, maximumEntryBytes, maximumRatio, follow);
    }

    /** A decoder that keeps to the limit of pixels. */
    public ImageDecoder decoder() {
        return new ImageDecoder(maximumPixels);
    }
}
