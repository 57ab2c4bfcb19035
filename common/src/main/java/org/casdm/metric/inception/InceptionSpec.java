package org.casdm.metric.inception;

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
import org.casdm.weights.WeightSource;

/**
 * The network of FID, sFID and Inception Score: TensorFlow's Inception v3 of 2015-12-05, in float32 with batch norms
 * made part of the convolutions. Its features, by image: 2048 pooled (TensorFlow's {@code pool_3}); 2023 spatial, the
 * first 7 channels of {@code Mixed_6d} (TensorFlow's {@code mixed_6}) in the order row, column, channel, as
 * guided-diffusion's evaluator has them; 1008 logits without bias.
 *
 * @param weights pytorch-fid's file {@code pt_inception-2015-12-05-6726825d.pth}, the same tensors as safetensors, or
 *        random weights
 * @param resize how images become what the network takes
 */
public record InceptionSpec(WeightSource weights, InceptionResize resize) implements FeatureExtractorSpec {

    /** The message where no weights are named. */
    public static final String WEIGHTS_NEEDED =
            "the weights of the Inception network are needed: run \"casdm weights get"
                    + " inception --to FOLDER\" on a machine with network access, then name the file; \""
                    + WeightSource.RANDOM + "\" weights try things out, but give meaningless numbers";

    public InceptionSpec {
        Objects.requireNonNull(weights, "weights");
        Objects.requireNonNull(resize, "resize");
    }

    @Override
    public FeatureModel load(Configuration hadoop) throws IOException {
        var read = InceptionWeights.load(weights, hadoop);
        return model(read.sha256(), () -> new Nd4jInception(read), read::close);
    }

    /**
     * A model of an engine's networks.
     *
     * @param sha256 of the weights' file; empty for random weights
     * @param networks makes a network for an extractor, on the extractor's thread
     * @param closing frees what the networks share
     */
    public FeatureModel model(Optional<String> sha256, Supplier<FeatureNetwork> networks, Runnable closing) {
        var info = new FeatureInfo(
                "Inception v3 (2015-12-05)",
                Optional.empty(),
                resize.label(),
                InceptionLayout.POOLED,
                InceptionLayout.SPATIAL_SIDE * InceptionLayout.SPATIAL_SIDE * InceptionLayout.SPATIAL_CHANNELS,
                InceptionLayout.CLASSES,
                weights.toString(),
                sha256,
                sha256.isPresent());
        return new NetworkModel(info, threads -> new InceptionInput(resize, threads), networks, closing);
    }
}
