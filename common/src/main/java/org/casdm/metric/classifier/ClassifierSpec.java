package org.casdm.metric.classifier;

import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.casdm.metric.feature.FeatureExtractorSpec;
import org.casdm.metric.feature.FeatureModel;
import org.casdm.tensor.TensorFormatException;
import org.casdm.weights.WeightSource;

/**
 * A classifier that {@code casdm train-classifier} made, as a source of features: the outputs of its last layer but
 * one, and its logits. What metrics make of them is called {@code FID (classifier)} and so on.
 *
 * @param file the classifier's file; not random
 */
public record ClassifierSpec(WeightSource file) implements FeatureExtractorSpec {

    public ClassifierSpec {
        Objects.requireNonNull(file, "file");
        if (file.isRandom()) {
            throw new IllegalArgumentException(
                    "A classifier with random weights tells nothing: \"casdm" + " train-classifier\" trains one");
        }
    }

    /** A file of any content. */
    public static ClassifierSpec of(String uri) {
        return new ClassifierSpec(new WeightSource(Optional.of(uri), Optional.empty()));
    }

    @Override
    public FeatureModel load(Configuration hadoop) throws IOException {
        var path = new Path(file.uri().orElseThrow());
        var stored = ClassifierFile.read(path.getFileSystem(hadoop), path);
        if (file.sha256().isPresent() && !file.sha256().get().equals(stored.sha256())) {
            throw new TensorFormatException(
                    path.toString(),
                    "is not the expected file: its SHA-256 is " + stored.sha256() + ", not "
                            + file.sha256().get());
        }
        return new ClassifierModel(stored, file.toString());
    }
}
