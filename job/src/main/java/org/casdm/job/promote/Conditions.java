package org.casdm.job.promote;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a Fréchet distance comes from, and so what it may be compared with.
 *
 * @param metric     its name: {@code FID}, or {@code FID (classifier)}
 * @param file       where it is stored
 * @param time       when it was measured, in UTC, ISO 8601
 * @param samples    the images that were judged
 * @param images     how many those were
 * @param reference  what they were compared with
 * @param features   the network of the features, and how images are brought to it
 * @param weights    that network's: their SHA-256, or {@code random}
 * @param comparable whether papers have the same features
 */
record Conditions(
        String metric,
        String file,
        String time,
        String samples,
        long images,
        String reference,
        String features,
        String weights,
        boolean comparable) {

    /** @throws IllegalArgumentException if something is missing */
    Conditions {
        for (var text : new String[] {metric, file, time, samples, reference, features, weights}) {
            if (text == null || text.isEmpty()) {
                throw new IllegalArgumentException("a field of the evaluation is missing or empty");
            }
        }
    }

    /** What differs so that the two distances do not compare; empty if nothing does. */
    List<String> differences(Conditions other) {
        var differences = new ArrayList<String>();
        note(differences, "features", features, other.features);
        note(differences, "weights of the features", weights, other.weights);
        note(differences, "number of samples", String.valueOf(images), String.valueOf(other.images));
        note(differences, "reference", reference, other.reference);
        return List.copyOf(differences);
    }

    private static void note(List<String> differences, String name, String mine, String others) {
        if (!mine.equals(others)) {
            differences.add(name + " (" + mine + ", not " + others + ")");
        }
    }
}
