package org.casdm.metric.classifier;

import java.util.List;
import java.util.Objects;

/**
 * How a classifier was made: what its file holds beside the parameters.
 *
 * @param size width and height of the images, in pixels
 * @param classNames the classes' names, label by label
 * @param accuracy part of the test images that it classifies rightly, 0 to 1
 * @param trainingData where the images are that it was trained on
 * @param trainingImages how many there were
 * @param testData where the images are that it was tested on
 * @param testImages how many there were
 * @param settings of the training
 */
public record ClassifierDescription(
        int size,
        List<String> classNames,
        double accuracy,
        String trainingData,
        long trainingImages,
        String testData,
        long testImages,
        TrainingSettings settings) {

    public ClassifierDescription {
        classNames = List.copyOf(classNames);
        Objects.requireNonNull(trainingData, "trainingData");
        Objects.requireNonNull(testData, "testData");
        Objects.requireNonNull(settings, "settings");
    }

    /** The layers and parameters. */
    public ClassifierLayout layout() {
        return new ClassifierLayout(size, classNames.size(), settings.width());
    }
}
