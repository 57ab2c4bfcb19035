package org.casdm.metric.images;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.data.shard.ShardFile;
import org.casdm.data.shard.ShardReader;
import org.casdm.storage.Storage;

/**
 * Images of a row group of a shard.
 *
 * @param folder   the data folder
 * @param shard    the file
 * @param rowGroup which of its row groups
 * @param first    the first image of it that counts
 * @param images   how many count
 */
record ShardPart(String folder, ShardFile shard, int rowGroup, int first, int images) implements ImagePart {

    /** Row groups of small images hold thousands, and are read several times rather than by one task. */
    private static final int IMAGES_A_PART = 100;

    /** All images of a data folder. */
    static ImageList list(String location, DatasetDescription description) {
        List<ImagePart> parts = new ArrayList<>();
        for (var shard : description.shards()) {
            for (int group = 0; group < shard.rowGroups().size(); group++) {
                int count = shard.rowGroups().get(group);
                for (int first = 0; first < count; first += IMAGES_A_PART) {
                    parts.add(new ShardPart(location, shard, group, first, Math.min(IMAGES_A_PART, count - first)));
                }
            }
        }
        return new ImageList(
                location,
                description.count() + " images of " + description.size() + "x"
                        + description.size() + " pixels in "
                        + description.shards().size() + " shards, from "
                        + description.source(),
                description.size(),
                description.skipped().size(),
                parts);
    }

    @Override
    public Optional<ImagePart> joined(ImagePart next) {
        return next instanceof ShardPart part
                        && part.shard == shard
                        && part.rowGroup == rowGroup
                        && part.first == first + images
                ? Optional.of(new ShardPart(folder, shard, rowGroup, first, images + part.images))
                : Optional.empty();
    }

    @Override
    public ImageStream open(Configuration hadoop, int size) throws IOException {
        var path = Storage.path(folder);
        try (var reader = ShardReader.open(Storage.fileSystem(path, hadoop), path, shard, size)) {
            return new PixelsInMemory(reader.readRowGroup(rowGroup), size, first, images);
        }
    }
}
