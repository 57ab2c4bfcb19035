package org.casdm.metric.feature;

/** The features that a network gives, in parts of as many images as it computes at once. */
final class NetworkExtractor implements FeatureExtractor {

    private final FeatureInfo info;
    private final ImageInput input;
    private final FeatureNetwork network;

    NetworkExtractor(FeatureInfo info, ImageInput input, FeatureNetwork network) {
        this.info = info;
        this.input = input;
        this.network = network;
    }

    @Override
    public FeatureInfo info() {
        return info;
    }

    @Override
    public int preferredBatch() {
        return network.imagesAtOnce();
    }

    @Override
    public Features extract(ImageBatch images) {
        int count = images.count();
        var features = new Features(
                count,
                new float[count * info.pooledDimension()],
                new float[count * info.spatialDimension()],
                new float[count * info.classes()]);
        int most = network.imagesAtOnce();
        for (int from = 0; from < count; from += most) {
            int part = Math.min(most, count - from);
            network.compute(input.values(images, from, part), part, features, from);
        }
        return features;
    }

    @Override
    public void close() {
        network.close();
        input.close();
    }
}
