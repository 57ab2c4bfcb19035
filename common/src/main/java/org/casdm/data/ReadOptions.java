package org.casdm.data;

import java.io.Serializable;
import org.casdm.data.picture.ImageDecoder;
import org.casdm.data.picture.ImageTransform;

/**
 * How images are read.
 *
 * @param transform     makes the training pixels of a picture
 * @param cacheMib      MiB per reader for transformed pixels of decoded files, so that they are decoded once only; 0 to
 *                      decode each time
 * @param maximumPixels pictures larger than this (width × height) are refused
 */
public record ReadOptions(ImageTransform transform, int cacheMib, long maximumPixels) implements Serializable {
    /** @throws IllegalArgumentException when a number is out of range */
    public ReadOptions {
        if (cacheMib < 0) {
            throw new IllegalArgumentException("the cache cannot have " + cacheMib + " MiB");
        }
        if (maximumPixels < 1) {
            throw new IllegalArgumentException("the limit of pixels cannot be " + maximumPixels);
        }
    }

    /** Images of size × size pixels, without a cache, up to {@link ImageDecoder#DEFAULT_MAXIMUM_PIXELS}. */
    public static ReadOptions ofSize(int size) {
        return new ReadOptions(new ImageTransform(size), 0, ImageDecoder.DEFAULT_MAXIMUM_PIXELS);
    }

    /** The same with a cache of so many MiB. */
    public ReadOptions withCacheMib(int mib) {
        return new ReadOptions(transform, mib, maximumPixels);
    }
}
