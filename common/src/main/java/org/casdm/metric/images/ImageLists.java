package org.casdm.metric.images;

import java.io.IOException;
import java.util.Locale;
import org.casdm.data.Storage;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.data.source.ImageSources;
import org.casdm.data.source.ReadContext;
import org.casdm.data.source.SourceFormat;
import org.casdm.metric.ReferenceStatistics;
import org.casdm.tensor.SeekableInput;
import org.casdm.tensor.npy.NpzFile;

/** Finds sets of images, and stored statistics, on any Hadoop file system and tells them apart. */
public final class ImageLists {

    private static final String NPZ = ".npz";

    private final ReadContext context;

    /** @param context how to reach the storage, and what sources may ask for */
    public ImageLists(ReadContext context) {
        this.context = context;
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
     * Finds images: a data folder or samples (Parquet with {@code dataset.json}), an {@code .npz} batch, or pictures in
     * any form that {@link ImageSources} knows.
     *
     * @throws org.casdm.data.DataException when there is nothing, nothing usable, or no access; it says which and what
     *         to do
     */
    public ImageList find(String location) throws IOException {
        var path = Storage.path(location);
        var fileSystem = Storage.fileSystem(path, context.hadoop());
        try {
            if (isNpz(location)) {
                try (var file = open(location)) {
                    return NpzPart.list(location, file);
                }
            }
            if (DatasetDescription.isIn(fileSystem, path)) {
                return ShardPart.list(location, DatasetDescription.read(fileSystem, path));
            }
        } catch (IOException e) {
            throw Storage.explained(path, e);
        }
        return PicturePart.list(
                new ImageSources(context.hadoop(), context.limits()).find(location, SourceFormat.AUTO), context);
    }

    private static boolean isNpz(String location) {
        return location.toLowerCase(Locale.ROOT).endsWith(NPZ);
    }

    private NpzFile open(String location) throws IOException {
        var path = Storage.path(location);
        try {
            return new NpzFile(SeekableInput.open(Storage.fileSystem(path, context.hadoop()), path));
        } catch (IOException e) {
            throw Storage.explained(path, e);
        }
    }
}
