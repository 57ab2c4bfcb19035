package org.casdm.job.train;

import java.io.IOException;
import java.io.Serializable;
import org.apache.spark.broadcast.Broadcast;
import org.casdm.cascade.CascadeGraph;
import org.casdm.cascade.ConfiguredModel;
import org.casdm.cascade.LossWeights;
import org.casdm.cascade.ModelSpec;
import org.casdm.config.CasdmConfig;
import org.casdm.data.BatchOrder;
import org.casdm.data.EpochOrder;
import org.casdm.data.ImageSet;
import org.casdm.data.RandomFlip;
import org.casdm.data.ReadOptions;
import org.casdm.data.SubstitutingReader;
import org.casdm.data.picture.ImageTransform;
import org.casdm.data.picture.Pixels;
import org.casdm.job.rounds.BatchSource;
import org.casdm.job.rounds.WorkerBatches;
import org.casdm.job.rounds.WorkerContext;
import org.casdm.random.CounterRandom;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The minibatches of training: images in the epochs' order, perhaps mirrored, with timesteps and noise.
 *
 * <p>Which image, and whether it is mirrored, depends on the seed and its place in the run; timesteps and noise depend
 * on seed, step and worker. So the batches of a resumed run are those of an uninterrupted one.
 *
 * @param data the images and the model, as every executor gets them once
 * @param order how the images of a step are dealt to the workers
 * @param firstStep the step at which this session of the run begins
 * @param firstPosition images seen by the run before that step
 */
record TrainingBatches(Broadcast<Data> data, BatchOrder order, long firstStep, long firstPosition)
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
    record Data(String runId, ImageSet images, CasdmConfig config) implements Serializable {
    }

    @Override
    public BatchSource open(WorkerContext context) throws IOException {
        var d = data.value();
        var reader = SharedReaders.get(d.runId(), d.images(), ReadOptions.ofSize(d.config().data().size()),
                d.config().data().maxBadFraction(), context.hadoopConfiguration());
        return new Source(d, context, reader);
    }

    private final class Source implements BatchSource {

        private final WorkerContext context;
        private final SubstitutingReader reader;
        private final ModelSpec model;
        private final LossWeights weights;
        private final CasdmConfig.Data data;
        private final long seed;
        private final EpochOrder epochs;
        private final RandomFlip flip;
        private final byte[] image;
        private int reported;

        Source(Data run, WorkerContext context, SubstitutingReader reader) {
            this.context = context;
            this.reader = reader;
            model = ConfiguredModel.of(run.config());
            weights = ConfiguredModel.lossWeights(run.config());
            data = run.config().data();
            seed = run.config().run().seed();
            epochs = new EpochOrder(seed, run.images().count());
            flip = new RandomFlip(seed);
            image = new byte[data.size() * data.size() * ImageTransform.CHANNELS];
        }

        @Override
        public MultiDataSet batch(long step) throws IOException {
            int size = data.size();
            int count = order.batchSize();
            int area = size * size;
            int values = area * data.channels();
            var pixels = new float[count * values];
            var labels = new float[count];
            long position = firstPosition + order.firstPosition(step - firstStep, context.workerIndex());
            for (int i = 0; i < count; i++) {
                long read = reader.read(epochs.index(position + i), image, 0);
                if (data.randomFlip() && flip.mirrors(position + i)) {
                    Pixels.mirror(image, 0, size, size, ImageTransform.CHANNELS);
                }
                if (data.channels() == 1) {
                    grey(image, area);
                }
                Pixels.toFloats(image, 0, values, pixels, i * values);
                if (model.theta().classes() > 0) {
                    labels[i] = reader.label(read);
                }
            }
            reportBadImages();
            var noise = new float[count * values];
            CounterRandom.normal(CounterRandom.key(seed, NOISE, step, context.workerIndex()), noise, 0,
                    noise.length);
            var timesteps = new float[count];
            long key = CounterRandom.key(seed, TIMESTEP, step, context.workerIndex());
            for (int i = 0; i < count; i++) {
                timesteps[i] = CounterRandom.below(key, i, model.schedule().steps());
            }
            return CascadeGraph.batch(model, images(pixels, count, size), images(noise, count, size),
                    column(timesteps), column(labels), weights);
        }

        private INDArray images(float[] values, int count, int size) {
            return Nd4j.createFromArray(values).reshape(count, size, size, data.channels());
        }

        /** Tells of all bad images that are known: the driver keeps a set, and a repeated task tells them again. */
        private void reportBadImages() {
            var bad = reader.badImages();
            for (; reported < bad.size(); reported++) {
                context.badRecords().report(bad.get(reported).id() + ": " + bad.get(reported).reason());
            }
        }
    }

    private static INDArray column(float[] values) {
        return Nd4j.createFromArray(values).reshape(values.length, 1);
    }

    /** Luma as Pillow's {@code convert("L")} rounds it, in the first {@code area} bytes. */
    private static void grey(byte[] colours, int area) {
        for (int i = 0; i < area; i++) {
            int luma = (colours[3 * i] & 0xff) * 19595 + (colours[3 * i + 1] & 0xff) * 38470
                    + (colours[3 * i + 2] & 0xff) * 7471 + 0x8000 >> 16;
            colours[i] = (byte) luma;
        }
    }
}
