package org.casdm.metric.classifier;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.casdm.data.shard.DataFolder;
import org.casdm.data.shard.RowGroupReader;
import org.casdm.data.shard.ShardImages;
import org.casdm.failure.DataException;
import org.casdm.metric.feature.ImageBatch;
import org.casdm.random.CounterRandom;

/** Images with labels of a data folder, or part of them, in memory. */
public final class LabelledImages {

    private static final int HELD_OUT_ONE_IN = 10;
    /** Whatever the seed of a training: what is held out stays so. */
    private static final long HELD_OUT_KEY = CounterRandom.key(0, 0x636c6173);
    /** Share of the heap that images may take. */
    private static final double HEAP_SHARE = 0.4;

    private final DataFolder folder;
    private final long considered;
    private final List<byte[]> pixels = new ArrayList<>();
    private final List<Integer> labels = new ArrayList<>();

    private LabelledImages(DataFolder folder, long considered) {
        this.folder = folder;
        this.considered = considered;
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
     * Reads images. Of more than fit into memory the first are read: prepared images are in random order.
     *
     * @throws DataException if they have no labels, or there are too few
     */
    public static LabelledImages read(DataFolder folder, Part part, Configuration hadoop) throws IOException {
        if (folder.classNames().isEmpty()) {
            throw new DataException(folder.location() + ": the images have no labels, which a classifier needs. "
                    + "Give a source with classes: subfolders, CIFAR, IDX with a file of labels, or a data set "
                    + "prepared with --labels");
        }
        int imageBytes = ImageBatch.CHANNELS
                * folder.description().size()
                * folder.description().size();
        long room = (long) (HEAP_SHARE * Runtime.getRuntime().maxMemory() / imageBytes);
        var images = new LabelledImages(folder, Math.min(folder.count(), room));
        images.read(part, imageBytes, hadoop);
        if (images.count() == 0) {
            throw new DataException(folder.location() + ": " + folder.count()
                    + " images are too few to hold some out; name test images");
        }
        return images;
    }

    private void read(Part part, int imageBytes, Configuration hadoop) throws IOException {
        int groups = folder.rowGroups().length;
        long index = 0;
        try (var reader = new RowGroupReader(folder, hadoop)) {
            for (int group = 0; group < groups && index < considered; group++) {
                ShardImages images = reader.read(group);
                for (int i = 0; i < images.count() && index < considered; i++, index++) {
                    if (part.has(index)) {
                        var image = new byte[imageBytes];
                        System.arraycopy(images.pixels(), i * imageBytes, image, 0, imageBytes);
                        pixels.add(image);
                        labels.add(images.labels()[i]);
                    }
                }
            }
        }
    }

    /** Where they come from, and whether that is all of them. */
    String location() {
        return folder.description().source() + (count() == folder.count() ? "" : " (part)");
    }

    /** One line to be shown: what was found, and how much of it these are. */
    public String summary() {
        return folder.summary() + "; " + count() + " of these"
                + (considered == folder.count()
                        ? ""
                        : ": only the first " + considered + " fit into the Java heap (CASDM_HEAP makes it larger)");
    }

    /** The classes' names, label by label. */
    List<String> classNames() {
        return folder.classNames();
    }

    /** How many there are. */
    int count() {
        return labels.size();
    }

    /** Pixels a side. */
    int size() {
        return folder.description().size();
    }

    /** The images at some places of this part, 0 to count - 1. */
    Batch read(long... places) {
        int bytes = size() * size() * ImageBatch.CHANNELS;
        var batch = new byte[places.length * bytes];
        var classes = new int[places.length];
        for (int i = 0; i < places.length; i++) {
            int place = Math.toIntExact(places[i]);
            System.arraycopy(pixels.get(place), 0, batch, i * bytes, bytes);
            classes[i] = labels.get(place);
        }
        return new Batch(new ImageBatch(batch, places.length, size(), size()), classes);
    }
}
