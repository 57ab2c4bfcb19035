package org.casdm.data.shard;

import java.io.Closeable;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.failure.DataException;
import org.casdm.storage.Storage;

/**
 * Reads the row groups of all shards of a set by their number, and checks what is in them. Keeps the last one, and its
 * file open. For one thread.
 */
public final class RowGroupReader implements Closeable {

    private final DataFolder set;
    private final FileSystem fileSystem;
    private final Path folder;
    private int openShard = -1;
    private ShardReader shard;
    private int lastNumber = -1;
    private ShardImages last;

    /** @param set of which row groups are read */
    public RowGroupReader(DataFolder set, Configuration hadoop) throws DataException {
        this.set = set;
        folder = Storage.path(set.location());
        fileSystem = Storage.fileSystem(folder, hadoop);
    }

    /**
     * Reads a row group.
     *
     * @param number 0 to that of all row groups - 1, shard after shard
     * @throws DataException naming the file, when it is missing, damaged or another one than was prepared
     * @throws IOException   when the storage fails
     */
    public ShardImages read(int number) throws IOException {
        if (number != lastNumber) {
            lastNumber = -1;
            int file = 0;
            int group = number;
            var shards = set.description().shards();
            while (group >= shards.get(file).rowGroups().size()) {
                group -= shards.get(file).rowGroups().size();
                file++;
            }
            if (file != openShard) {
                close();
                shard = ShardReader.open(
                        fileSystem, folder, shards.get(file), set.description().size());
                openShard = file;
            }
            last = shard.readRowGroup(group);
            checkLabels(last, shards.get(file).name());
            lastNumber = number;
        }
        return last;
    }

    private void checkLabels(ShardImages images, String file) throws DataException {
        int classes = set.classNames().size();
        int smallest = classes == 0 ? DatasetDescription.NO_LABEL : 0;
        for (int i = 0; i < images.count(); i++) {
            int label = images.labels()[i];
            if (label < smallest || label >= classes) {
                throw new DataException(new Path(folder, file) + ": image \""
                        + images.ids().get(i) + "\" has the label " + label + ", but " + DatasetDescription.FILE_NAME
                        + " names " + classes + " classes. Prepare the data set again");
            }
        }
    }

    @Override
    public void close() throws IOException {
        openShard = -1;
        if (shard != null) {
            var closing = shard;
            shard = null;
            closing.close();
        }
    }
}
