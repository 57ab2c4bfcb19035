package org.casdm.data.shard;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.casdm.data.Divisions;
import org.casdm.failure.DataException;
import org.casdm.storage.Storage;

/**
 * A data folder that {@code prepare} has written.
 *
 * @param location    as it was given
 * @param description what {@code dataset.json} says
 */
public record DataFolder(String location, DatasetDescription description) implements Serializable {

    /** Images of one window are in memory, and of the next one. */
    private static final int WINDOW_BYTES = 64 << 20;

    private static final long serialVersionUID = 1L;

    /** @throws DataException when there is not a prepared data set, or an unfinished one */
    public static DataFolder at(String location, Configuration hadoop) throws IOException {
        Path folder = Storage.path(location);
        try {
            return new DataFolder(location, DatasetDescription.read(Storage.fileSystem(folder, hadoop), folder));
        } catch (IOException e) {
            throw Storage.explained(folder, e);
        }
    }

    /** The data folder at a location, if there is one: something else may be there. */
    public static Optional<DataFolder> in(String location, Configuration hadoop) throws IOException {
        Path folder = Storage.path(location);
        try {
            return DatasetDescription.isIn(Storage.fileSystem(folder, hadoop), folder)
                    ? Optional.of(at(location, hadoop))
                    : Optional.empty();
        } catch (IOException e) {
            throw Storage.explained(folder, e);
        }
    }

    /** Images in it. */
    public long count() {
        return description.count();
    }

    /** The classes' names, label by label; empty when the images have no labels. */
    public List<String> classNames() {
        return description.classes();
    }

    /** One line to be shown. */
    public String summary() {
        return count() + " images of " + description.size() + " x " + description.size() + " in "
                + description.shards().size() + " shards in " + location + ", "
                + (classNames().isEmpty() ? "without labels" : classNames().size() + " classes");
    }

    /** @throws DataException when images of another size are wanted than there are */
    public void requireSize(int size) throws DataException {
        if (size != description.size()) {
            throw new DataException(location + " was prepared with " + description.size() + " x " + description.size()
                    + " pixels, but " + size + " x " + size + " are requested: set the size (data.size, --size) to "
                    + description.size() + ", or prepare the source with --size " + size);
        }
    }

    /** The order in which workers visit the images. */
    public ShardOrder order(long seed, Divisions divisions) {
        int window = Math.max(1, WINDOW_BYTES / ShardSchema.byteCount(description.size()));
        return new ShardOrder(seed, rowGroups(), window, divisions);
    }

    /** Images of each row group, shard after shard. */
    public int[] rowGroups() {
        return description.shards().stream()
                .flatMap(shard -> shard.rowGroups().stream())
                .mapToInt(Integer::intValue)
                .toArray();
    }
}
