package org.casdm.job.prepare;

import java.util.BitSet;
import java.util.Iterator;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.casdm.data.picture.ImageTransform;
import scala.Tuple2;

/**
 * Reads, decodes and transforms the pictures of source parts, one at a time.
 *
 * @param access   how to reach the source
 * @param layout   which image goes where
 * @param size     width and height of the results in pixels
 * @param finished partitions whose shards are written already: their pictures are not decoded
 * @param bad      when too many pictures are unusable
 * @param counters for the progress lines
 */
record ReadPictures(
        SourceAccess access, ShardLayout layout, int size, BitSet finished, BadLimit bad, PrepareCounters counters)
        implements PairFlatMapFunction<NumberedPart, byte[], byte[]> {

    @Override
    public Iterator<Tuple2<byte[], byte[]>> call(NumberedPart part) throws Exception {
        var pictures = new PictureIterator(this, part, part.part().open(access.context()), new ImageTransform(size));
        TaskContext.get().addTaskCompletionListener(pictures);
        return pictures;
    }
}
