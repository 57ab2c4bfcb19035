package org.casdm.metric.images;

import java.io.IOException;
import java.util.OptionalLong;
import org.apache.hadoop.fs.Path;
import org.casdm.data.Storage;
import org.casdm.data.shard.ShardFile;
import org.casdm.data.shard.ShardReader;
import org.casdm.data.source.ReadContext;

/**
 * A row group of a shard.
 *
 * @param folder   the data folder
 * @param shard    the file
 * @param rowGroup which of its row groups
 */
record ShardPart(String folder, ShardFile shard, int rowGroup) implements ImagePart {

    @Override
    public OptionalLong count() {
        return OptionalLong.of(shard.rowGroups().get(rowGroup));
    }

    @Override
    public ImageStream open(ReadContext context, int size) throws IOException {
        var path = new Path(folder);
        try (var reader = ShardReader.open(Storage.fileSystem(path, context.hadoop()), path, shard, size)) {
            return new PixelsInMemory(reader.readRowGroup(rowGroup).pixels(), size);
        }
    }
}
