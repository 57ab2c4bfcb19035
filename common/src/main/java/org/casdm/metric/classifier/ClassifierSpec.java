package org.casdm.metric.classifier;

import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.casdm.metric.feature.FeatureExtractorSpec;
import org.casdm.metric.feature.FeatureInfo;
import org.casdm.metric.feature.FeatureModel;
import org.casdm.metric.feature.FeatureNetwork;
import org.casdm.metric.feature.NetworkModel;
import org.casdm.storage.Storage;
import org.casdm.tensor.TensorFormatException;
import org.casdm.weights.WeightSource;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A classifier that {@code casdm train-classifier} made, as a source of features: the outputs of its last layer but
 * one, and its logits. What metrics make of them is called {@code FID (classifier)} and so on.
 *
 * @param file the classifier's file; not random
 */
public record ClassifierSpec(WeightSource file) implements FeatureExtractorSpec {

    private static final String QUALIFIER = "classifier";

    public ClassifierSpec {
        Objects.requireNonNull(file, "file");
        if (file.isRandom()) {
            throw new IllegalArgumentException(
                    "A classifier with random weights is meaningless: \"casdm train-classifier\" trains one");
        }
    }

    /** A file of any content. */
    public static ClassifierSpec of(String uri) {
        return new ClassifierSpec(new WeightSource(Optional.of(uri), Optional.empty()));
    }

    @Override
    public FeatureModel load(Configuration hadoop) throws IOException {
        var stored = read(hadoop);
        var layout = stored.classifier().description().layout();
        var parameters = Nd4j.createFromArray(stored.classifier().parameters());
        return model(stored, () -> new Nd4jClassifier(layout, parameters), parameters::close);
    }

    /**
     * Reads the classifier.
     *
     * @throws IOException if the file cannot be read, is damaged or is not the expected one
     */
    public ClassifierFile.Stored read(Configuration hadoop) throws IOException {
        var path = Storage.path(file.uri().orElseThrow());
        var stored = ClassifierFile.read(Storage.fileSystem(path, hadoop), path);
        if (file.sha256().isPresent() && !file.sha256().get().equals(stored.sha256())) {
            throw new TensorFormatException(
                    path.toString(),
                    "is not the expected file: its SHA-256 is " + stored.sha256() + ", not "
                            + file.sha256().get());
        }
        return stored;
    }

    /**
     * A model of an engine's networks.
     *
     * @param networks makes a network for an extractor, on the extractor's thread
     * @param closing frees what the networks share
     */
    public FeatureModel model(ClassifierFile.Stored stored, Supplier<FeatureNetwork> networks, Runnable closing) {
        var description = stored.classifier().description();
        var layout = description.layout();
        var location = file.toString();
        var info = new FeatureInfo(
                "classifier of " + description.trainingData(),
                Optional.of(QUALIFIER),
                layout.size() + " pixels",
                layout.features(),
                0,
                layout.classes(),
                location,
                Optional.of(stored.sha256()),
                false);
        return new NetworkModel(info, threads -> ClassifierInput.of(layout, location), networks, closing);
    }
}
