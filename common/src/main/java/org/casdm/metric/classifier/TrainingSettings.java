package org.casdm.metric.classifier;

/**
 * How a classifier is trained: AdamW whose learning rate falls linearly to zero.
 *
 * @param epochs how often each image is seen, at least 1
 * @param batchSize images a step, at least 1
 * @param learningRate at the start, positive
 * @param seed decides first weights and order of images
 * @param width of the network, as {@link ClassifierLayout#width} says
 */
public record TrainingSettings(int epochs, int batchSize, double learningRate, long seed, int width) {

    /** @throws IllegalArgumentException if a number is out of range */
    public TrainingSettings {
        // Files that were written before the width could be chosen do not have it.
        width = width == 0 ? ClassifierLayout.DEFAULT_WIDTH : width;
        if (epochs < 1 || batchSize < 1 || !(learningRate > 0)) {
            throw new IllegalArgumentException("a classifier is trained for at least 1 epoch, in batches of at least 1"
                    + " image, with a positive learning rate; not " + epochs + ", " + batchSize + ", " + learningRate);
        }
    }
}
