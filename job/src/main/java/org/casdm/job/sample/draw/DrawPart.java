package org.casdm.job.sample.draw;

import java.io.IOException;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.casdm.job.sample.folder.Part;
import org.casdm.job.sample.folder.PartWriter;
import org.casdm.job.sample.folder.SampleRange;
import org.casdm.sampling.StepListener;

/**
 * Draws a range of images on an executor, and writes them as a part.
 *
 * @param task what all tasks know
 * @param steps counts images times steps, for the progress
 */
public record DrawPart(Broadcast<SampleTask> task, LongAccumulator steps) implements Function<SampleRange, Part> {

    @Override
    public Part call(SampleRange range) throws IOException {
        var all = task.value();
        var folder = all.openFolder();
        try (var sampler = JobSamplers.of(all).borrow(TaskContext.get());
                var writer = all.settings().storedAs().write(folder.fileSystem(), folder.root(), range, all.shape())) {
            for (long first = range.first(); first < range.end(); first += all.batch()) {
                int count = (int) Math.min(all.batch(), range.end() - first);
                write(writer, draw(sampler, first, count, all), first, count, all);
            }
            var part = writer.finish();
            folder.record(part);
            sampler.keep();
            return part;
        }
    }

    private byte[] draw(BorrowedSampler borrowed, long first, int count, SampleTask all) {
        // GPUs choose how to multiply by the batch's size: there, batches are always full.
        int drawn = borrowed.device().isCpu() || all.settings().interpolation() != null ? count : all.batch();
        var context = TaskContext.get();
        StepListener listener = state -> {
            steps.add(count);
            if (context.isInterrupted()) {
                throw new TaskKilledException("the task is no longer wanted");
            }
        };
        return all.shape()
                .stored(borrowed.sampler()
                        .sample(
                                all.settings().start(),
                                first,
                                drawn,
                                all.settings().classes().labels(first, drawn),
                                listener));
    }

    private static void write(PartWriter writer, byte[] images, long first, int count, SampleTask all)
            throws IOException {
        for (int i = 0; i < count; i++) {
            writer.write(
                    first + i,
                    all.settings().classes().label(first + i),
                    images,
                    i * all.shape().storedBytes());
        }
    }
}
