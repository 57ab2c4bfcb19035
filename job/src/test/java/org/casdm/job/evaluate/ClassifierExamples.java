package org.casdm.job.evaluate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.casdm.metric.classifier.Classifier;
import org.casdm.metric.classifier.ClassifierDescription;
import org.casdm.metric.classifier.ClassifierFile;
import org.casdm.metric.classifier.ClassifierLayout;
import org.casdm.metric.classifier.ClassifierSpec;
import org.casdm.metric.classifier.TrainingSettings;

/** A classifier that nobody has trained: a real network that is small. */
public final class ClassifierExamples {

    /** Side of the images that it takes. */
    public static final int SIZE = 8;

    private static final int WIDTH = 8;

    private ClassifierExamples() {}

    /** Writes it. */
    public static ClassifierSpec write(Path file) throws IOException {
        var layout = new ClassifierLayout(SIZE, 3, WIDTH);
        var random = new Random(1);
        var parameters = new float[layout.length()];
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = (float) (0.08 * random.nextGaussian());
        }
        var description = new ClassifierDescription(
                SIZE,
                List.of("a", "b", "c"),
                0.5,
                "train",
                10,
                "test",
                10,
                new TrainingSettings(1, 16, 1e-3, 1, WIDTH));
        var path = new org.apache.hadoop.fs.Path(file.toUri());
        ClassifierFile.write(new Classifier(description, parameters), path.getFileSystem(new Configuration()), path);
        return ClassifierSpec.of(file.toString());
    }
}
