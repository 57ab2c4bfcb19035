package org.casdm.job.rounds;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.spark.TaskContext;
import scala.Tuple2;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction2;

/**
 * The averaging stage: takes one partition of the shuffle, in the order of the workers, and gives the mean of the
 * workers' blocks, or the workers' reports behind one another, as bytes.
 *
 * <p>The sum is taken in double precision in the order of the workers: repeatable bit for bit. A single worker's block
 * passes through untouched. One block of each worker is on the heap at a time.
 */
final class AverageBlock extends AbstractFunction2<TaskContext, Iterator<Tuple2<BlockKey, BlockPayload>>, byte[]>
        implements Serializable {

    private static final long serialVersionUID = 1L;

    private final int workers;
    private final int reportPartition;

    AverageBlock(int workers, int reportPartition) {
        this.workers = workers;
        this.reportPartition = reportPartition;
    }

    @Override
    public byte[] apply(TaskContext context, Iterator<Tuple2<BlockKey, BlockPayload>> records) {
        return context.partitionId() == reportPartition ? concatenate(records) : average(records);
    }

    private byte[] average(Iterator<Tuple2<BlockKey, BlockPayload>> records) {
        byte[] first = next(records, 0);
        if (workers > 1) {
            var sum = new double[first.length / Float.BYTES];
            var values = new float[sum.length];
            add(first, values, sum);
            for (int worker = 1; worker < workers; worker++) {
                add(next(records, worker), values, sum);
            }
            for (int i = 0; i < sum.length; i++) {
                values[i] = (float) (sum[i] / workers);
            }
            littleEndian(first).asFloatBuffer().put(values);
        }
        requireEnd(records);
        return first;
    }

    private static void add(byte[] block, float[] values, double[] sum) {
        if (block.length != values.length * Float.BYTES) {
            throw new IllegalStateException("workers' blocks differ in size");
        }
        littleEndian(block).asFloatBuffer().get(values);
        for (int i = 0; i < sum.length; i++) {
            sum[i] += values[i];
        }
    }

    private static ByteBuffer littleEndian(byte[] block) {
        return ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
    }

    private byte[] concatenate(Iterator<Tuple2<BlockKey, BlockPayload>> records) {
        var bytes = new ByteArrayOutputStream();
        try (var stream = new DataOutputStream(bytes)) {
            for (int worker = 0; worker < workers; worker++) {
                new BlockPayload.OnHeap(next(records, worker)).writeTo(stream);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        requireEnd(records);
        return bytes.toByteArray();
    }

    /** The record of a worker; that each worker's comes exactly once is checked here. */
    private static byte[] next(Iterator<Tuple2<BlockKey, BlockPayload>> records, int worker) {
        if (!records.hasNext()) {
            throw new IllegalStateException("the record of worker " + worker + " is missing in the shuffle");
        }
        Tuple2<BlockKey, BlockPayload> entry = records.next();
        if (entry._1().worker() != worker) {
            throw new IllegalStateException(
                    "expected the record of worker " + worker + " in the shuffle, got " + entry._1());
        }
        return ((BlockPayload.OnHeap) entry._2()).bytes();
    }

    private static void requireEnd(Iterator<Tuple2<BlockKey, BlockPayload>> records) {
        if (records.hasNext()) {
            throw new IllegalStateException("unexpected record in the shuffle: " + records.next()._1());
        }
    }
}
