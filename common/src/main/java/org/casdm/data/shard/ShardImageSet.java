package org.casdm.data.shard;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.casdm.data.DataException;
import org.casdm.data.Divisions;
import org.casdm.data.ImageFormat;
import org.casdm.data.ImageReader;
import org.casdm.data.ImageSet;
import org.casdm.data.ReadOptions;
import org.casdm.data.Storage;

/**
 * A data folder that {@code prepare} has written.
 *
 * @param location    as it was given
 * @param description what {@code dataset.json} says
 */
public record ShardImageSet(String location, DatasetDescription description) implements ImageSet {

    /** Images of one window are in memory, and of the next one. */
    private static final int WINDOW_BYTES = 64 << 20;

    private static final long serialVersionUID = 1L;

    /** @throws DataException when there is no prepared data set, or an unfinished one */
    public static ShardImageSet find(String location, Path folder, Configuration hadoop) throws IOException {
        return new ShardImageSet(location, DatasetDescription.read(Storage.fileSystem(folder, hadoop), folder));
    }

    @Override
    public ImageFormat format() {
        return ImageFormat.SHARDS;
    }

    @Override
    public long count() {
        return description.count();
    }

    @Override
    public List<String> classNames() {
        return description.classes();
    }

    @Override
    public String summary() {
        return String.format(
                Locale.ROOT,
                "%d images of %d x %d in %d shards in %s, %s",
                count(),
                description.size(),
                description.size(),
                description.shards().size(),
                location,
                classNames().isEmpty() ? "without labels" : classNames().size() + " classes");
    }

    /** @throws DataException when images of another size are wanted than there are */
    public void requireSize(int size) throws DataException {
        if (size != description.size()) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s was prepared with %d x %d pixels, but data.size is %d: set data.size to %d, "
                            + "or prepare the source with --size %d",
                    location,
                    description.size(),
                    description.size(),
                    size,
                    description.size(),
                    size));
        }
    }

    /** The order in which workers visit the images. */
    public ShardOrder order(long seed, Divisions divisions) {
        int window = Math.max(1, WINDOW_BYTES / ShardSchema.byteCount(description.size()));
        return new ShardOrder(seed, rowGroups(), window, divisions);
    }

    /** Images of each row group, shard after shard. */
    int[] rowGroups() {
        return description.shards().stream()
                .flatMap(shard -> shard.rowGroups().stream())
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** Reads single images, and for each of them a row group: for looking, not for training. */
    @Override
    public ImageReader open(Configuration hadoop, ReadOptions options) throws IOException {
        requireSize(options.transform().size());
        return new ShardImageReader(this, options, new RowGroupReader(this, hadoop));
    }
}
