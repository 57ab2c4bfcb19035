package org.casdm.job.train;

import java.io.IOException;
import java.io.Serializable;
import java.util.Optional;
import org.apache.spark.broadcast.Broadcast;
import org.casdm.cascade.ConfiguredModel;
import org.casdm.cascade.ModelSpec;
import org.casdm.config.CasdmConfig;
import org.casdm.data.Divisions;
import org.casdm.data.LabelDropout;
import org.casdm.data.RandomFlip;
import org.casdm.data.picture.ImageTransform;
import org.casdm.data.picture.Pixels;
import org.casdm.data.shard.DataFolder;
import org.casdm.data.shard.ShardStream;
import org.casdm.diffusion.TimestepDistribution;
import org.casdm.engine.Batch;
import org.casdm.job.rounds.batch.BatchDataSet;
import org.casdm.job.rounds.batch.BatchSource;
import org.casdm.job.rounds.batch.WorkerBatches;
import org.casdm.job.rounds.batch.WorkerContext;
import org.casdm.random.CounterRandom;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * The minibatches of training: images in the epochs' order, perhaps mirrored, with timesteps and noise.
 *
 * <p>Which image, and whether it is mirrored, depends on the seed and its place in the run; timesteps and noise depend
 * on seed, step, worker and the round's distribution of timesteps, and so does which images lose their class. So the
 * batches of a resumed run are those of an uninterrupted one.
 *
 * @param data the images and the model, as every executor gets them once
 * @param divisions how the images are dealt to the workers
 * @param firstStep the step at which this session of the run begins
 * @param firstPosition images seen by the run before that step
 * @param distribution of the timesteps of the round
 */
record TrainingBatches(
        Broadcast<Data> data,
        Divisions divisions,
        long firstStep,
        long firstPosition,
        TimestepDistribution distribution)
        implements WorkerBatches {

    private static final long NOISE = 1;
    private static final long TIMESTEP = 2;

    /**
     * What does not change during a run.
     *
     * @param runId tells runs apart
     * @param images what is read
     * @param config says how, and for which model
     */
    record Data(String runId, DataFolder images, CasdmConfig config) implements Serializable {}

    @Override
    public BatchSource open(WorkerContext context) throws IOException {
        return new Source(data.value(), context);
    }

    /** The same images and noise with timesteps of another distribution. */
    TrainingBatches with(TimestepDistribution timesteps) {
        return new TrainingBatches(data, divisions, firstStep, firstPosition, timesteps);
    }

    /** The timesteps of a worker's step. */
    int[] timesteps(long seed, long step, int worker, int count) {
        long key = CounterRandom.key(seed, TIMESTEP, step, worker);
        var timesteps = new int[count];
        for (int i = 0; i < count; i++) {
            timesteps[i] = distribution.timestep(key, i);
        }
        return timesteps;
    }

    /** The worker's images from a step on. */
    private ShardStream images(WorkerContext context, long step) throws IOException {
        var images = data.value().images();
        int worker = context.workerIndex();
        var present = divisions.present();
        long position = present.count(worker, position(step, 0) - present.firstImage());
        var order = images.order(data.value().config().run().seed(), divisions);
        return WorkerStreams.ofRun(data.value().runId())
                .take(
                        worker,
                        position,
                        () -> new ShardStream(images, order, worker, position, context.hadoopConfiguration()));
    }

    /** Images that all workers have visited before a worker's batch. */
    private long position(long step, int worker) {
        return firstPosition + divisions.present().order().firstPosition(step - firstStep, worker);
    }

    private final class Source implements BatchSource {

        private final WorkerContext context;
        private final ModelSpec model;
        private final CasdmConfig.Data data;
        private final long seed;
        private final RandomFlip flip;
        private final Optional<LabelDropout> labelDropout;
        private final byte[] image;
        private ShardStream images;

        Source(Data run, WorkerContext context) {
            this.context = context;
            model = ConfiguredModel.of(run.config());
            data = run.config().data();
            seed = run.config().run().seed();
            flip = new RandomFlip(seed);
            var configured = run.config().model();
            labelDropout = configured.nullLabel().isPresent()
                    ? Optional.of(new LabelDropout(
                            seed,
                            configured.labelDropout(),
                            configured.nullLabel().getAsInt()))
                    : Optional.empty();
            image = new byte[data.size() * data.size() * ImageTransform.CHANNELS];
        }

        @Override
        public MultiDataSet batch(long step) throws IOException {
            if (images == null) {
                images = TrainingBatches.this.images(context, step);
            }
            int size = data.size();
            int count = divisions.present().order().batchSize();
            int area = size * size;
            int values = area * data.channels();
            var pixels = new float[count * values];
            var labels = model.theta().classes() > 0 ? new int[count] : null;
            long position = position(step, context.workerIndex());
            for (int i = 0; i < count; i++) {
                int label = images.read(image, 0);
                if (data.randomFlip() && flip.mirrors(position + i)) {
                    Pixels.mirror(image, 0, size, size, ImageTransform.CHANNELS);
                }
                if (data.channels() == 1) {
                    Pixels.luma(image, area);
                }
                Pixels.toFloats(image, 0, values, pixels, i * values);
                if (labels != null) {
                    labels[i] = label;
                }
            }
            labelDropout.ifPresent(dropout -> dropout.apply(labels, step, context.workerIndex()));
            var noise = new float[count * values];
            CounterRandom.normal(CounterRandom.key(seed, NOISE, step, context.workerIndex()), noise, 0, noise.length);
            var timesteps = timesteps(seed, step, context.workerIndex(), count);
            return new BatchDataSet(new Batch(
                    count, size, data.channels(), pixels, noise, timesteps, labels, distribution.weights(timesteps)));
        }

        @Override
        public void close() throws IOException {
            if (images == null) {
                return;
            }
            if (images.hasFailed()) {
                images.close();
            } else {
                WorkerStreams.ofRun(TrainingBatches.this.data.value().runId()).giveBack(context.workerIndex(), images);
            }
        }
    }
}
