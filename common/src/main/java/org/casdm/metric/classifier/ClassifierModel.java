package org.casdm.metric.classifier;

import java.util.Optional;
import org.casdm.metric.feature.FeatureExtractor;
import org.casdm.metric.feature.FeatureInfo;
import org.casdm.metric.feature.FeatureModel;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A classifier's parameters in native memory, and extractors that share them. */
final class ClassifierModel implements FeatureModel {

    private static final String QUALIFIER = "classifier";

    private final ClassifierLayout layout;
    private final FeatureInfo info;
    private final INDArray parameters;

    ClassifierModel(ClassifierFile.Stored stored, String location) {
        var description = stored.classifier().description();
        layout = description.layout();
        info = new FeatureInfo(
                "classifier of " + description.trainingData(),
                Optional.of(QUALIFIER),
                layout.size() + " pixels",
                ClassifierLayout.FEATURES,
                0,
                layout.classes(),
                location,
                Optional.of(stored.sha256()),
                false);
        parameters = Nd4j.createFromArray(stored.classifier().parameters());
    }

    @Override
    public FeatureInfo info() {
        return info;
    }

    @Override
    public FeatureExtractor newExtractor(int threads) {
        return new ClassifierExtractor(info, layout, parameters);
    }

    @Override
    public void close() {
        parameters.close();
    }
}
