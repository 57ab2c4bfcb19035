package org.casdm.metric.classifier;

/** The mean cross-entropy of softmax probabilities, in double. */
final class CrossEntropy {

    private CrossEntropy() {}

    /**
     * The loss in nats, averaged over the images, and its gradient.
     *
     * @param logits [labels, classes]; become the gradient of the loss with respect to them
     * @param labels the right class of each image
     */
    static double lossAndGradient(float[] logits, int[] labels) {
        int classes = logits.length / labels.length;
        double loss = 0;
        var probabilities = new double[classes];
        for (int image = 0; image < labels.length; image++) {
            int start = image * classes;
            double highest = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < classes; c++) {
                highest = Math.max(highest, logits[start + c]);
            }
            double sum = 0;
            for (int c = 0; c < classes; c++) {
                probabilities[c] = Math.exp(logits[start + c] - highest);
                sum += probabilities[c];
            }
            loss -= logits[start + labels[image]] - highest - Math.log(sum);
            for (int c = 0; c < classes; c++) {
                double target = c == labels[image] ? 1 : 0;
                logits[start + c] = (float) ((probabilities[c] / sum - target) / labels.length);
            }
        }
        return loss / labels.length;
    }

    /** The class with the highest logit, image by image; the first of equal ones. */
    static int[] guesses(float[] logits, int images) {
        int classes = logits.length / images;
        var guesses = new int[images];
        for (int i = 0; i < logits.length; i++) {
            int image = i / classes;
            if (logits[i] > logits[image * classes + guesses[image]]) {
                guesses[image] = i % classes;
            }
        }
        return guesses;
    }
}
