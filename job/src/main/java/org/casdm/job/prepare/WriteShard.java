package org.casdm.job.prepare;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.casdm.data.shard.ShardWriter;
import org.casdm.data.shard.SkippedRecord;
import org.casdm.failure.DataException;
import scala.Tuple2;

/**
 * Writes the shard of one partition, whose records come sorted by key. The file appears as a whole when it is complete:
 * another attempt of the task writes the same bytes, and whichever is last stays.
 *
 * @param hadoop    the driver's Hadoop configuration
 * @param out       the data folder
 * @param layout    which image goes where
 * @param size      width and height of the images in pixels
 * @param partNames of the source's parts, for messages
 * @param counters  for the progress lines
 */
record WriteShard(
        Broadcast<SerializableConfiguration> hadoop,
        String out,
        ShardLayout layout,
        int size,
        Broadcast<List<String>> partNames,
        PrepareCounters counters)
        implements Function2<Integer, Iterator<Tuple2<byte[], byte[]>>, Iterator<ShardResult>> {

    @Override
    public Iterator<ShardResult> call(Integer partition, Iterator<Tuple2<byte[], byte[]>> records) throws Exception {
        var folder = PrepareFolder.at(out, hadoop.value().value());
        var skipped = new ArrayList<SkippedRecord>();
        var result = write(folder, partition, records, skipped);
        folder.finished(result);
        counters.shards().add(1);
        return List.of(result).iterator();
    }

    private ShardResult write(
            PrepareFolder folder, int partition, Iterator<Tuple2<byte[], byte[]>> records, List<SkippedRecord> skipped)
            throws IOException {
        var file = new Path(
                folder.splitFolder(layout.isHeldOut(partition)), PrepareFolder.shardName(layout.number(partition)));
        ShardWriter writer = null;
        try {
            byte[] lastKey = {};
            int lastPart = 0;
            int classes = 0;
            while (records.hasNext()) {
                var record = records.next();
                byte[] key = record._1();
                byte[] value = record._2();
                var id = ShardLayout.id(key);
                if (PreparedRecord.isBad(value)) {
                    skipped.add(new SkippedRecord(id, PreparedRecord.reason(value)));
                    continue;
                }
                if (Arrays.equals(key, lastKey)) {
                    throw new DataException("two pictures have the id \"" + id + "\": one in "
                            + partNames.value().get(lastPart) + ", one in "
                            + partNames.value().get(PreparedRecord.part(value)) + ". Rename or remove one");
                }
                if (writer == null) {
                    writer = new ShardWriter(folder.fileSystem(), file, size);
                }
                writer.write(id, PreparedRecord.label(value), value, PreparedRecord.PIXELS_OFFSET);
                classes = Math.max(classes, PreparedRecord.label(value) + 1);
                lastKey = key;
                lastPart = PreparedRecord.part(value);
            }
            return new ShardResult(partition, writer == null ? null : writer.finish(), classes, skipped);
        } finally {
            if (writer != null) {
                writer.close();
            }
        }
    }
}
