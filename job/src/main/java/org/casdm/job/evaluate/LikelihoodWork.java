package org.casdm.job.evaluate;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import org.casdm.data.picture.Pixels;
import org.casdm.engine.EngineRequest;
import org.casdm.job.JobFailure;
import org.casdm.job.device.DeviceAssignment;
import org.casdm.job.sample.model.StoredModel;
import org.casdm.metric.images.ImagePart;
import org.casdm.metric.images.ImageStream;
import org.casdm.sampling.BitsPerDimension;
import scala.Tuple2;

/**
 * The task: the bound of some chunks of a set of images. Weights are read once for all chunks of a task.
 *
 * @param model    whose bound
 * @param settings what it is of
 * @param batch    images that the networks see at once
 * @param threads  host threads of a task
 * @param engine   what is to compute
 * @param hadoop   how to reach the storage
 * @param progress counts images while the task runs
 */
record LikelihoodWork(
        StoredModel model,
        BitsPerDimension.Settings settings,
        int batch,
        int threads,
        EngineRequest engine,
        Broadcast<SerializableConfiguration> hadoop,
        LongAccumulator progress)
        implements FlatMapFunction<Iterator<LikelihoodWork.Chunk>, Tuple2<Integer, Likelihood.Sums>> {

    private static final int STORED_CHANNELS = 3;

    /**
     * Images that are summed up together.
     *
     * @param index which chunk of the set, from 0
     * @param first place in the set of its first image
     * @param part  where it lies
     * @param skip  images of the part before it
     * @param count images, at least one
     */
    record Chunk(int index, long first, ImagePart part, int skip, int count) implements Serializable {}

    @Override
    public Iterator<Tuple2<Integer, Likelihood.Sums>> call(Iterator<Chunk> chunks) throws IOException {
        var sums = new ArrayList<Tuple2<Integer, Likelihood.Sums>>();
        if (!chunks.hasNext()) {
            return sums.iterator();
        }
        var computer = DeviceAssignment.ofTask(TaskContext.get(), engine);
        try (var parameters = model.load(hadoop.value().value());
                var bits = new BitsPerDimension(
                        computer.engine(),
                        computer.device(),
                        computer.arithmetic(threads),
                        model.spec(),
                        parameters,
                        size(),
                        settings)) {
            while (chunks.hasNext()) {
                var chunk = chunks.next();
                sums.add(new Tuple2<>(chunk.index(), sums(chunk, bits)));
            }
        }
        return sums.iterator();
    }

    private int size() {
        return model.config().data().size();
    }

    private Likelihood.Sums sums(Chunk chunk, BitsPerDimension bits) throws IOException {
        var sums = Likelihood.Sums.none(bits.steps(), bits.blendedSteps());
        var image = new byte[size() * size() * STORED_CHANNELS];
        try (var images = chunk.part().open(hadoop.value().value(), size())) {
            for (int i = 0; i < chunk.skip(); i++) {
                images.read(image, 0);
            }
            for (int done = 0; done < chunk.count(); done += batch) {
                if (TaskContext.get().isInterrupted()) {
                    throw new TaskKilledException("the task is no longer wanted");
                }
                int count = Math.min(batch, chunk.count() - done);
                var labels = model.config().model().classes() > 0 ? new int[count] : null;
                var x0 = read(images, count, labels, image, chunk);
                sums = sums.plus(bits.compute(x0, chunk.first() + done, labels));
                progress.add(count);
            }
        }
        return sums;
    }

    private float[] read(ImageStream images, int count, int[] labels, byte[] image, Chunk chunk) throws IOException {
        int channels = model.config().data().channels();
        int values = size() * size() * channels;
        var x0 = new float[count * values];
        for (int i = 0; i < count; i++) {
            if (!images.read(image, 0)) {
                throw new IOException(
                        chunk.part() + " has fewer images than " + chunk.part().images());
            }
            if (channels == 1) {
                Pixels.luma(image, size() * size());
            }
            Pixels.toFloats(image, 0, values, x0, i * values);
            if (labels != null) {
                labels[i] = label(images.label());
            }
        }
        return x0;
    }

    private int label(int label) {
        int classes = model.config().model().classes();
        if (label < 0 || label >= classes) {
            throw new JobFailure("The model has " + classes + " classes, and an image has "
                    + (label < 0 ? "no label" : "the label " + label)
                    + ": give --reference images that are prepared with the labels of the training (casdm prepare)");
        }
        return label;
    }
}
