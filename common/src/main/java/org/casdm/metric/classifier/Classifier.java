package org.casdm.metric.classifier;

import java.util.Objects;

/**
 * A trained classifier.
 *
 * @param description how it was made
 * @param parameters the flat vector, in memory's layouts; not copied
 */
public record Classifier(ClassifierDescription description, float[] parameters) {

    public Classifier {
        Objects.requireNonNull(description, "description");
        if (parameters.length != description.layout().length()) {
            throw new IllegalArgumentException(parameters.length + " parameters for " + description.layout());
        }
    }
}
