package org.casdm.metric;

import java.io.Serializable;
import java.util.Arrays;
import java.util.TreeMap;

/**
 * The Inception Score (Salimans et al. 2016, "Improved Techniques for Training GANs") as guided-diffusion's evaluator
 * computes it: images are taken in order, in splits of 5000 of which the last may be shorter; the score of a split is
 * exp(mean KL(p(y|x) ‖ p(y))), and the scores are averaged.
 *
 * <p>An accumulator: what comes with each image is its place in the set, so images may come in any order and instances
 * merge. For use by one thread.
 */
public final class InceptionScore implements Serializable {

    private static final long serialVersionUID = 1;

    /** The split size of the evaluators. */
    public static final int SPLIT_SIZE = 5000;

    private final int splitSize;
    private final int classes;
    private final TreeMap<Long, Split> splits = new TreeMap<>();
    private long invalid;

    /** Sums over the images of a split. */
    private static final class Split implements Serializable {
        private static final long serialVersionUID = 1;

        private long count;
        /** Σ p(y|x) for each class. */
        private final double[] probabilities;
        /** Σ p(y|x) ln p(y|x) over images and classes. */
        private double negativeEntropy;

        Split(int classes) {
            probabilities = new double[classes];
        }

        void add(double[] p) {
            count++;
            for (int i = 0; i < p.length; i++) {
                probabilities[i] += p[i];
                negativeEntropy += plnp(p[i]);
            }
        }

        void merge(Split other) {
            count += other.count;
            for (int i = 0; i < probabilities.length; i++) {
                probabilities[i] += other.probabilities[i];
            }
            negativeEntropy += other.negativeEntropy;
        }

        double score() {
            double marginal =
                    Arrays.stream(probabilities).map(sum -> plnp(sum / count)).sum();
            return Math.exp(negativeEntropy / count - marginal);
        }

        private static double plnp(double p) {
            return p > 0 ? p * Math.log(p) : 0;
        }
    }

    /**
     * The score.
     *
     * @param mean   of the splits' scores, 1 to the number of classes
     * @param deviation of the splits' scores (population formula, as numpy.std); 0 for a single one
     * @param splits how many there were
     * @param images in all of them
     */
    public record Result(double mean, double deviation, int splits, long images) {}

    /**
     * @param splitSize images of a split, at least 1; papers have {@link #SPLIT_SIZE}
     * @param classes   probabilities of an image
     */
    public InceptionScore(int splitSize, int classes) {
        if (splitSize < 1 || classes < 1) {
            throw new IllegalArgumentException("no score of splits of " + splitSize + " with " + classes + " classes");
        }
        this.splitSize = splitSize;
        this.classes = classes;
    }

    /**
     * Takes an image.
     *
     * @param place  its place in the set, from 0
     * @param logits holds the logits of the image (without bias, for Inception)
     * @param offset where they begin
     */
    public void add(long place, float[] logits, int offset) {
        var p = new double[classes];
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < classes; i++) {
            p[i] = logits[offset + i];
            largest = Math.max(largest, p[i]);
        }
        double sum = 0;
        for (int i = 0; i < classes; i++) {
            p[i] = Math.exp(p[i] - largest);
            sum += p[i];
        }
        for (int i = 0; i < classes; i++) {
            p[i] /= sum;
        }
        if (!Double.isFinite(sum)) {
            invalid++;
            return;
        }
        splits.computeIfAbsent(place / splitSize, index -> new Split(classes)).add(p);
    }

    /**
     * Takes all images of another instance.
     *
     * @return this
     * @throws IllegalArgumentException if its splits or classes are others
     */
    public InceptionScore merge(InceptionScore other) {
        if (other.splitSize != splitSize || other.classes != classes) {
            throw new IllegalArgumentException("scores of different splits or classes cannot be merged");
        }
        invalid += other.invalid;
        other.splits.forEach((index, split) ->
                splits.computeIfAbsent(index, i -> new Split(classes)).merge(split));
        return this;
    }

    /**
     * The score of all images taken.
     *
     * @param name what messages call the set of images
     * @throws MetricException if there are none, or if logits were not finite
     */
    public Result result(String name) {
        if (invalid > 0) {
            throw NotFinite.vectors(invalid, invalid + images(), name);
        }
        if (splits.isEmpty()) {
            throw new MetricException("There are no images in " + name + " to compute the Inception Score of.");
        }
        double[] scores = splits.values().stream().mapToDouble(Split::score).toArray();
        double mean = Arrays.stream(scores).average().orElseThrow();
        double variance = Arrays.stream(scores)
                .map(score -> (score - mean) * (score - mean))
                .average()
                .orElseThrow();
        return new Result(mean, Math.sqrt(variance), scores.length, images());
    }

    private long images() {
        return splits.values().stream().mapToLong(split -> split.count).sum();
    }
}
