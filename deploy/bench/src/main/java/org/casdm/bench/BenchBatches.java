package org.casdm.bench;

import org.casdm.cascade.CascadeGraph;
import org.casdm.engine.Batch;
import org.casdm.job.rounds.batch.BatchDataSet;
import org.casdm.job.rounds.batch.BatchSource;
import org.casdm.job.rounds.batch.WorkerBatches;
import org.casdm.job.rounds.batch.WorkerContext;
import org.casdm.random.CounterRandom;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Random pictures, noise and timesteps of the sizes that are measured.
 *
 * @param settings the sizes
 */
record BenchBatches(StepSettings settings) implements WorkerBatches {

    private static final long SEED = 1;
    private static final int COLOURS = 3;

    @Override
    public BatchSource open(WorkerContext context) {
        return step -> new BatchDataSet(engineBatch(step, context.workerIndex()));
    }

    /** The minibatch of a step and worker, for a graph's own training. */
    MultiDataSet batch(long step, int worker) {
        var batch = engineBatch(step, worker);
        var timesteps = new float[batch.images()];
        for (int i = 0; i < timesteps.length; i++) {
            timesteps[i] = batch.timesteps()[i];
        }
        return CascadeGraph.batch(
                settings.model(),
                images(batch.x0()),
                images(batch.epsilon()),
                Nd4j.createFromArray(timesteps).reshape(timesteps.length, 1),
                null,
                settings.weights());
    }

    /** The same for an engine. */
    Batch engineBatch(long step, int worker) {
        var model = settings.model();
        var values = settings.batch() * settings.size() * settings.size() * COLOURS;
        var key = CounterRandom.key(SEED, 0, step, worker);
        var pixels = new float[values];
        for (var i = 0; i < values; i++) {
            pixels[i] = (float) (2 * CounterRandom.uniform(key, i) - 1);
        }
        var noise = new float[values];
        CounterRandom.normal(CounterRandom.key(SEED, 1, step, worker), noise, 0, values);
        var timesteps = new int[settings.batch()];
        for (var i = 0; i < timesteps.length; i++) {
            timesteps[i] = CounterRandom.below(
                    CounterRandom.key(SEED, 2, step, worker),
                    i,
                    model.schedule().steps());
        }
        return new Batch(settings.batch(), settings.size(), COLOURS, pixels, noise, timesteps, null);
    }

    private INDArray images(float[] values) {
        return Nd4j.createFromArray(values).reshape(settings.batch(), settings.size(), settings.size(), COLOURS);
    }
}
