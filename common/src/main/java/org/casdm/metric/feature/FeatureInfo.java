package org.casdm.metric.feature;

import java.util.Objects;
import java.util.Optional;

/**
 * What an extractor gives, and how far its numbers can be compared with others: the provenance that belongs beside
 * every metric made of its features.
 *
 * @param name the network, as shown: {@code Inception v3 (2015-12-05)}
 * @param qualifier what is appended to a metric's name where it is not the usual one of papers: {@code classifier}
 *        makes {@code FID (classifier)}; empty for the FID network
 * @param variant how images are prepared, for example {@code tensorflow-1} or {@code pytorch-fid}
 * @param pooledDimension pooled features of an image
 * @param spatialDimension spatial features of an image; 0 if there are none
 * @param classes logits of an image; 0 if there are none
 * @param weights where the weights are from: a URI, or {@code random}
 * @param sha256 SHA-256 of the weights' file, 64 lower-case hexadecimal digits; empty for random weights
 * @param comparable whether numbers may be compared with those that papers give for this network and variant; never
 *        with random weights, nor with weights of one's own
 */
public record FeatureInfo(
        String name,
        Optional<String> qualifier,
        String variant,
        int pooledDimension,
        int spatialDimension,
        int classes,
        String weights,
        Optional<String> sha256,
        boolean comparable) {

    public FeatureInfo {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(qualifier, "qualifier");
        Objects.requireNonNull(variant, "variant");
        Objects.requireNonNull(weights, "weights");
        if (pooledDimension < 1 || spatialDimension < 0 || classes < 0) {
            throw new IllegalArgumentException(
                    "Numbers of features: " + pooledDimension + ", " + spatialDimension + ", " + classes);
        }
        if (comparable && sha256.isEmpty()) {
            throw new IllegalArgumentException("Features of random weights are not comparable");
        }
    }

    /** A metric's name with these features: {@code FID}, or {@code FID (classifier)}. */
    public String label(String metric) {
        return qualifier.map(text -> metric + " (" + text + ")").orElse(metric);
    }
}
