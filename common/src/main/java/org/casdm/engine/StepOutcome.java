package org.casdm.engine;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What a training step reports.
 *
 * @param score the weighted loss, a mean over the images, each with its weight in the batch
 * @param termsOfImages unweighted loss terms of each image in the order of
 *        {@link org.casdm.cascade.LossWeights#terms}, [image][term]
 * @param gradientNorm Euclidean norm of the whole gradient before clipping
 * @param skipped whether the step was skipped because one of them is not finite
 */
public record StepOutcome(double score, double[][] termsOfImages, double gradientNorm, boolean skipped) {

    /** The unweighted loss terms, each a mean over the images. */
    public double[] terms() {
        return IntStream.range(0, termsOfImages[0].length)
                .mapToDouble(term ->
                        Arrays.stream(termsOfImages).mapToDouble(of -> of[term]).sum() / termsOfImages.length)
                .toArray();
    }
}
