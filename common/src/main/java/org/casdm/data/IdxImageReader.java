package org.casdm.data;

import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.casdm.data.picture.Picture;

/** IDX images and labels, loaded whole and immutable from then on. */
final class IdxImageReader implements ImageReader {
    private final IdxImageSet set;
    private final ReadOptions options;
    private final byte[] images;
    /** Empty without labels. */
    private final byte[] labels;

    IdxImageReader(IdxImageSet set, Configuration hadoop, ReadOptions options) throws IOException {
        this.set = set;
        this.options = options;
        int count = (int) set.count();
        images = IdxFile.data(
                new Path(set.imagesFile()), IdxFile.IMAGES_MAGIC, new int[] {count, set.rows(), set.columns()}, hadoop);
        labels = set.labelled()
                ? IdxFile.data(new Path(set.labelsFile()), IdxFile.LABELS_MAGIC, new int[] {count}, hadoop)
                : new byte[0];
    }

    @Override
    public ImageSet imageSet() {
        return set;
    }

    @Override
    public ReadOptions options() {
        return options;
    }

    @Override
    public void read(long index, byte[] destination, int offset) {
        options.transform().apply(picture(index), destination, offset);
    }

    @Override
    public Picture picture(long index) {
        int area = set.rows() * set.columns();
        int start = (int) Objects.checkIndex(index, set.count()) * area;
        byte[] samples = Arrays.copyOfRange(images, start, start + area);
        return new Picture(set.columns(), set.rows(), 1, samples);
    }

    @Override
    public int label(long index) {
        Objects.checkIndex(index, set.count());
        return labels.length == 0 ? NO_LABEL : labels[(int) index] & 0xff;
    }

    @Override
    public String id(long index) {
        return set.imagesFile() + "#" + Objects.checkIndex(index, set.count());
    }

    @Override
    public void close() {
        // Memory alone is held.
    }
}
