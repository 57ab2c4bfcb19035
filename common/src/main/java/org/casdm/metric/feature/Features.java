package org.casdm.metric.feature;

import java.util.Objects;

/**
 * The features of a batch of images, image by image in the batch's order. {@link FeatureInfo} says how many each image
 * has; an array is empty where an extractor has none of the kind. Values that are not finite are not looked for.
 *
 * @param count images
 * @param pooled [count, pooled dimension]: for FID, KID, precision and recall
 * @param spatial [count, spatial dimension]: for sFID
 * @param logits [count, classes]: their softmax is the class probabilities of the Inception Score
 */
public record Features(int count, float[] pooled, float[] spatial, float[] logits) {

    public Features {
        Objects.requireNonNull(pooled, "pooled");
        Objects.requireNonNull(spatial, "spatial");
        Objects.requireNonNull(logits, "logits");
        if (pooled.length % count != 0 || spatial.length % count != 0 || logits.length % count != 0) {
            throw new IllegalArgumentException("No whole number of features for each of " + count + " images");
        }
    }
}
