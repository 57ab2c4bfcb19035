package org.casdm.metric.classifier;

import java.io.IOException;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.casdm.data.EpochOrder;
import org.casdm.failure.DataException;
import org.casdm.network.nd4j.kernel.HostMemory;
import org.casdm.optimizer.AdamW;
import org.casdm.random.CounterRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Trains a classifier: cross-entropy, AdamW, a learning rate that falls linearly to zero. The result depends on images,
 * settings and number of threads alone.
 */
public final class ClassifierTraining {

    private static final int WARM_UP_STEPS = 50;
    private static final int TEST_BATCH = 200;

    private final TrainingSettings settings;
    private final TrainingProgress progress;

    public ClassifierTraining(TrainingSettings settings, TrainingProgress progress) {
        this.settings = settings;
        this.progress = progress;
    }

    /**
     * Trains and tests.
     *
     * @param training the images to learn from
     * @param test the images to test on, of the same size and classes
     * @throws DataException if the test images have other classes
     */
    public Classifier run(LabelledImages training, LabelledImages test) throws IOException {
        if (!test.classNames().equals(training.classNames())) {
            throw new DataException("the test images " + test.location() + " have the classes " + test.classNames()
                    + ", not " + training.classNames() + " as " + training.location());
        }
        var layout = new ClassifierLayout(training.size(), training.classNames().size(), settings.width());
        try (var parameters = initial(layout);
                var gradients = Nd4j.create(DataType.FLOAT, layout.length());
                var network = new ClassifierNetwork(layout, parameters, gradients)) {
            train(network, parameters, gradients, training);
            network.arena().close();
            var description = new ClassifierDescription(
                    training.size(),
                    training.classNames(),
                    accuracy(network, layout, test),
                    training.location(),
                    training.count(),
                    test.location(),
                    test.count(),
                    settings);
            var values = new float[layout.length()];
            HostMemory.download(parameters, values, 0);
            return new Classifier(description, values);
        }
    }

    private INDArray initial(ClassifierLayout layout) {
        var values = new float[layout.length()];
        var random = new SplittableRandom(CounterRandom.key(settings.seed(), 1));
        for (var parameter : layout.parameters()) {
            var file = new float[Math.toIntExact(parameter.length())];
            parameter.initialisation().fill(file, 0, file.length, random);
            parameter.fromFile(file, values, Math.toIntExact(parameter.offset()));
        }
        return Nd4j.createFromArray(values);
    }

    private void train(ClassifierNetwork network, INDArray parameters, INDArray gradients, LabelledImages images)
            throws IOException {
        int batch = Math.min(settings.batchSize(), images.count());
        // What is left of an epoch begins the next: all batches have one size.
        long total = (long) settings.epochs() * images.count() / batch * batch;
        var order = new EpochOrder(CounterRandom.key(settings.seed(), 2), images.count());
        var optimizer = new AdamW(settings.learningRate(), WARM_UP_STEPS, 0.9, 0.999, 1e-8, 1);
        try (var moments = Nd4j.create(DataType.FLOAT, optimizer.stateSize(parameters.length()))) {
            var updater = optimizer.instantiate(moments, true);
            for (long seen = 0; seen < total; seen += batch) {
                var places =
                        LongStream.range(seen, seen + batch).map(order::index).toArray();
                double loss = step(network, images.read(places));
                if (!Double.isFinite(loss)) {
                    throw new ArithmeticException("the classifier's loss is " + loss + " after " + seen
                            + " images: try a lower learning rate than " + settings.learningRate());
                }
                updater.applyUpdater(gradients, Math.toIntExact(seen / batch), 0);
                gradients.muli(1 - (double) seen / total);
                parameters.subi(gradients);
                progress.step(seen + batch, total, loss);
            }
        }
    }

    /** Writes the gradients for a batch and gives its loss. */
    private static double step(ClassifierNetwork network, LabelledImages.Batch batch) {
        var input = ClassifierInput.upload(batch.images(), 0, batch.labels().length, network.arena());
        var logits = network.forward(input);
        var values = new float[Math.toIntExact(logits.length())];
        HostMemory.download(logits, values, 0);
        double loss = CrossEntropy.lossAndGradient(values, batch.labels());
        var gradient = network.arena().take(logits.shape());
        HostMemory.upload(values, gradient);
        network.backward(gradient);
        return loss;
    }

    private static double accuracy(ClassifierNetwork network, ClassifierLayout layout, LabelledImages images)
            throws IOException {
        long right = 0;
        for (int from = 0; from < images.count(); from += TEST_BATCH) {
            var batch = images.read(LongStream.range(from, Math.min(from + TEST_BATCH, images.count()))
                    .toArray());
            int count = batch.labels().length;
            var result = network.compute(ClassifierInput.upload(batch.images(), 0, count, network.arena()));
            var logits = new float[count * layout.classes()];
            HostMemory.download(result.logits(), logits, 0);
            network.arena().release(result.features());
            network.arena().release(result.logits());
            var guesses = CrossEntropy.guesses(logits, count);
            for (int i = 0; i < count; i++) {
                right += guesses[i] == batch.labels()[i] ? 1 : 0;
            }
        }
        return (double) right / images.count();
    }
}
