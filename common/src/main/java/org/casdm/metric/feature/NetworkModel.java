package org.casdm.metric.feature;

import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * A feature network of an engine, and extractors that use it.
 *
 * @param inputs makes an extractor's input for a number of host threads
 * @param networks makes a network for an extractor
 * @param weights frees what the networks share
 */
public record NetworkModel(
        FeatureInfo info, IntFunction<ImageInput> inputs, Supplier<FeatureNetwork> networks, Runnable weights)
        implements FeatureModel {

    @Override
    public FeatureExtractor newExtractor(int threads) {
        return new NetworkExtractor(info, inputs.apply(threads), networks.get());
    }

    @Override
    public void close() {
        weights.run();
    }
}
