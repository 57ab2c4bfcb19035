package org.casdm.metric.classifier;

import java.util.Optional;
import java.util.function.Supplier;
import org.casdm.metric.feature.FeatureExtractor;
import org.casdm.metric.feature.FeatureInfo;
import org.casdm.metric.feature.FeatureModel;
import org.casdm.metric.feature.FeatureNetwork;

/**
 * A classifier's networks of an engine, and extractors that use them.
 *
 * @param networks makes a network for an extractor
 * @param parameters frees what the networks share
 */
record ClassifierModel(
        FeatureInfo info, ClassifierLayout layout, Supplier<FeatureNetwork> networks, Runnable parameters)
        implements FeatureModel {

    private static final String QUALIFIER = "classifier";

    static ClassifierModel of(
            ClassifierFile.Stored stored, String location, Supplier<FeatureNetwork> networks, Runnable parameters) {
        var description = stored.classifier().description();
        var layout = description.layout();
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
        return new ClassifierModel(info, layout, networks, parameters);
    }

    @Override
    public FeatureExtractor newExtractor(int threads) {
        return new ClassifierExtractor(info, layout, networks.get());
    }

    @Override
    public void close() {
        parameters.run();
    }
}
