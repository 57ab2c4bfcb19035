package org.casdm.data;

import java.io.Closeable;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Goes on when an image is bad: reads the next usable one in its place (index + 1, and so on, from the last to the
 * first). Which one that is depends on the data alone, so that all workers and resumed runs do the same. The bad images
 * are remembered, read no second time, and can be reported. More of them than allowed, or {@value #MAXIMUM_RUN} in
 * succession, end it with an error. A connection that fails is not the image's fault and is passed on as it is. Safe for
 * several threads.
 */
public final class SubstitutingReader implements Closeable {
    /** So many bad images in succession are no accident. */
    public static final int MAXIMUM_RUN = 100;

    private static final int EXAMPLES = 5;

    private final ImageReader reader;
    private final double maximumBadFraction;
    private final Map<Long, BadImage> bad = new ConcurrentSkipListMap<>();

    /**
     * @param reader             reads the images; closed with this
     * @param maximumBadFraction how large a part of all images may be bad, 0 to 1; with 0 the first ends it
     */
    public SubstitutingReader(ImageReader reader, double maximumBadFraction) {
        if (!(maximumBadFraction >= 0 && maximumBadFraction <= 1)) {
            throw new IllegalArgumentException("max-bad-fraction has to be 0 to 1, not " + maximumBadFraction);
        }
        this.reader = reader;
        this.maximumBadFraction = maximumBadFraction;
    }

    /** What is read. */
    public ImageSet imageSet() {
        return reader.imageSet();
    }

    /**
     * Reads an image, or the one that stands in for it.
     *
     * @param index       0 to count - 1
     * @param destination takes size × size × 3 unsigned bytes, row-major, channel last
     * @param offset      where in the destination to begin
     * @return the index of the image that was read, whose label and id belong to these pixels
     * @throws DataException when too many images are bad
     * @throws IOException   when the storage fails
     */
    public long read(long index, byte[] destination, int offset) throws IOException {
        long count = reader.imageSet().count();
        long candidate = index;
        for (int run = 0; run < Math.min(MAXIMUM_RUN, count); run++) {
            if (!bad.containsKey(candidate)) {
                try {
                    reader.read(candidate, destination, offset);
                    return candidate;
                } catch (BadImageException e) {
                    remember(candidate, e);
                }
            }
            candidate = (candidate + 1) % count;
        }
        throw new DataException(String.format(
                Locale.ROOT,
                "%s: %d images in succession cannot be used, from %s on. %s",
                imageSet().location(),
                Math.min(MAXIMUM_RUN, count),
                reader.id(index),
                examples()));
    }

    /** The label of an image that {@link #read} returned. */
    public int label(long index) throws BadImageException {
        return reader.label(index);
    }

    /** Where an image comes from. */
    public String id(long index) {
        return reader.id(index);
    }

    /** The bad images met so far, by index. */
    public List<BadImage> badImages() {
        return List.copyOf(bad.values());
    }

    private void remember(long index, BadImageException error) throws DataException {
        bad.put(index, new BadImage(index, error.id(), error.reason()));
        if (bad.size() > maximumBadFraction * imageSet().count()) {
            throw new DataException(
                    String.format(
                            Locale.ROOT,
                            "%s: %d of %d images cannot be used, more than max-bad-fraction = %s allows. %s. "
                                    + "Repair or remove them, or allow more",
                            imageSet().location(),
                            bad.size(),
                            imageSet().count(),
                            maximumBadFraction,
                            examples()),
                    error);
        }
    }

    private String examples() {
        var text = new StringBuilder();
        Iterator<BadImage> images = bad.values().iterator();
        for (int i = 0; i < EXAMPLES && images.hasNext(); i++) {
            BadImage image = images.next();
            text.append(i == 0 ? "" : "; ").append(image.id()).append(": ").append(image.reason());
        }
        return images.hasNext() ? text + "; and others" : text.toString();
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
