package org.casdm.metric.classifier;

import java.io.Closeable;
import java.io.IOException;
import java.util.stream.LongStream;
import org.apache.hadoop.conf.Configuration;
import org.casdm.data.DataException;
import org.casdm.data.ImageFormat;
import org.casdm.data.ImageSet;
import org.casdm.data.ImageSetFinder;
import org.casdm.data.ReadOptions;
import org.casdm.data.SubstitutingReader;
import org.casdm.metric.feature.ImageBatch;
import org.casdm.random.CounterRandom;

/** Images with labels, or part of a set of them. */
public final class LabelledImages implements Closeable {

    private static final int CACHE_MIB = 256;
    private static final double BAD_FRACTION = 0.05;
    private static final int HELD_OUT_ONE_IN = 10;
    /** Whatever the seed of a training: what is held out stays so. */
    private static final long HELD_OUT_KEY = CounterRandom.key(0, 0x636c6173);

    private final ImageSet set;
    private final SubstitutingReader reader;
    private final int size;
    private final long[] indices;

    private LabelledImages(ImageSet set, SubstitutingReader reader, int size, long[] indices) {
        this.set = set;
        this.reader = reader;
        this.size = size;
        this.indices = indices;
    }

    /** Which images of a set. */
    public enum Part {
        /** All. */
        ALL,
        /** All but those that are held out. */
        TRAINING,
        /** One in ten, the same ones always. */
        HELD_OUT;

        private boolean has(long index) {
            boolean heldOut = CounterRandom.below(HELD_OUT_KEY, index, HELD_OUT_ONE_IN) == 0;
            return this == ALL || heldOut == (this == HELD_OUT);
        }
    }

    /** A batch with the images' classes. */
    record Batch(ImageBatch images, int[] labels) {}

    /**
     * Opens images.
     *
     * @param location a folder whose subfolders are classes, or CIFAR or IDX files, on any Hadoop file system
     * @param size width and height to which they are brought, in pixels
     * @throws DataException if there are no images, or they have no labels
     */
    public static LabelledImages open(String location, Part part, int size, Configuration hadoop) throws IOException {
        var set = new ImageSetFinder(hadoop).find(location, ImageFormat.AUTO);
        if (!set.labelled()) {
            throw new DataException(location + ": the images have no labels, and a classifier learns labels. Give a"
                    + " folder with a subfolder for each class, or IDX files of which one holds the labels");
        }
        var indices = LongStream.range(0, set.count()).filter(part::has).toArray();
        if (indices.length == 0) {
            throw new DataException(
                    location + ": " + set.count() + " images are too few to hold some out; name test" + " images");
        }
        var reader = set.open(hadoop, ReadOptions.ofSize(size).withCacheMib(CACHE_MIB));
        return new LabelledImages(set, new SubstitutingReader(reader, BAD_FRACTION), size, indices);
    }

    /** Where they are, and whether that is all of them. */
    String location() {
        return set.location() + (indices.length == set.count() ? "" : " (part)");
    }

    /** One line for people: what was found, and how much of it these are. */
    public String summary() {
        return set.summary() + "; " + indices.length + " of these";
    }

    /** The set that they are of. */
    ImageSet set() {
        return set;
    }

    /** How many there are. */
    int count() {
        return indices.length;
    }

    /** Pixels a side. */
    int size() {
        return size;
    }

    /** The images at some places of this part, 0 to count - 1. Bad ones are replaced by others. */
    Batch read(long... places) throws IOException {
        var bytes = size * size * ImageBatch.CHANNELS;
        var pixels = new byte[places.length * bytes];
        var labels = new int[places.length];
        for (int i = 0; i < places.length; i++) {
            long found = reader.read(indices[Math.toIntExact(places[i])], pixels, i * bytes);
            labels[i] = reader.label(found);
        }
        return new Batch(new ImageBatch(pixels, places.length, size, size), labels);
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
