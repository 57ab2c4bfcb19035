package org.casdm.metric.images;

import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.casdm.data.shard.DataFolder;
import org.casdm.metric.ReferenceStatistics;
import org.casdm.storage.Storage;
import org.casdm.tensor.SeekableInput;
import org.casdm.tensor.npy.NpzFile;

/** Finds sets of images, and stored statistics, on any Hadoop file system and detects which is which. */
public final class ImageLists {

    private static final String NPZ = ".npz";

    private final Configuration hadoop;

    /** @param hadoop says how to reach the storage */
    public ImageLists(Configuration hadoop) {
        this.hadoop = hadoop;
    }

    /** Whether a location is an {@code .npz} file with statistics of images; it may hold images as well. */
    public boolean holdsStatistics(String location) throws IOException {
        if (!isNpz(location)) {
            return false;
        }
        try (var file = open(location)) {
            return ReferenceStatistics.isIn(file);
        }
    }

    /** Whether a location is an {@code .npz} file with a batch of images. */
    public boolean holdsImages(String location) throws IOException {
        if (!isNpz(location)) {
            return false;
        }
        try (var file = open(location)) {
            return file.contains(NpzPart.ARRAY);
        }
    }

    /**
     * Finds images: a data folder or samples (Parquet with {@code dataset.json}), or an {@code .npz} batch.
     *
     * @return empty when there is something else, such as pictures that have to be prepared first
     * @throws org.casdm.failure.DataException when what is there cannot be used; it says what to do
     */
    public Optional<ImageList> find(String location) throws IOException {
        if (isNpz(location)) {
            try (var file = open(location)) {
                return Optional.of(NpzPart.list(location, file));
            } catch (IOException e) {
                throw Storage.explained(Storage.path(location), e);
            }
        }
        return DataFolder.in(location, hadoop).map(ImageLists::of);
    }

    /** The images of a data folder. */
    public static ImageList of(DataFolder folder) {
        return ShardPart.list(folder.location(), folder.description());
    }

    private static boolean isNpz(String location) {
        return location.toLowerCase(Locale.ROOT).endsWith(NPZ);
    }

    private NpzFile open(String location) throws IOException {
        var path = Storage.path(location);
        try {
            return new NpzFile(SeekableInput.open(Storage.fileSystem(path, hadoop), path));
        } catch (IOException e) {
            throw Storage.explained(path, e);
        }
    }
}
