package org.casdm.job.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import org.apache.hadoop.conf.Configuration;
import org.casdm.cascade.ModelSpec;
import org.casdm.cascade.ModelTensors;
import org.casdm.config.CasdmConfig;
import org.casdm.storage.Storage;
import org.casdm.tensor.TensorInfo;
import org.casdm.tensor.file.TensorFile;
import org.casdm.weights.KnownContent;
import org.casdm.weights.UNetWeights;
import org.casdm.weights.UNetWeights.AttentionOrder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts networks from published checkpoints of improved-diffusion or guided-diffusion, or from our own. */
final class InitialWeights {

    private static final Logger LOG = LoggerFactory.getLogger(InitialWeights.class);

    private InitialWeights() {}

    /**
     * Loads {@code model.theta.init-from} and {@code model.phi.init-from}, where the configuration has them, by name.
     *
     * @throws IOException if a file cannot be read, or listing the tensors that do not fit the network
     */
    static void load(CasdmConfig config, TrainedModel trained, Configuration hadoop) throws IOException {
        for (var network : trained.spec().networks()) {
            var settings = network.name().equals("theta")
                    ? config.model().theta()
                    : config.model().phi();
            if (settings.initFrom().isPresent()) {
                load(settings, config.model().nullLabel().isPresent(), network, trained, hadoop);
            }
        }
    }

    private static void load(
            CasdmConfig.Network settings,
            boolean hasNullClass,
            ModelSpec.Network network,
            TrainedModel trained,
            Configuration hadoop)
            throws IOException {
        String uri = settings.initFrom().orElseThrow();
        var order = switch (settings.initAttentionOrder()) {
            case HEADS_FIRST -> AttentionOrder.HEADS_FIRST;
            case QKV_FIRST -> AttentionOrder.QKV_FIRST;
        };
        var path = Storage.path(uri);
        var loading = trained.tensors().only(network.name()).loading("", trained.parameters());
        var fileSystem = Storage.fileSystem(path, hadoop);
        KnownContent.verify(fileSystem, path);
        try (var file = TensorFile.open(fileSystem, path)) {
            var weights = new UNetWeights(file, network.name(), network.spec(), hasNullClass);
            weights.read(
                    order,
                    (parameter, values) -> put(
                            loading,
                            TensorInfo.float32(network.name() + "." + parameter.name(), parameter.fileShape()),
                            values));
            LOG.info(
                    "{} starts from {}{}",
                    network.name(),
                    uri,
                    weights.prefix().isEmpty() ? "" : ", tensors below " + weights.prefix());
            if (weights.leavesVariance()) {
                LOG.info(
                        "that network has learned its variance (learn_sigma) in outputs that {} does not have: they are"
                                + " left out, the noise is used",
                        network.name());
            }
            if (weights.lacksNullClass()) {
                LOG.info(
                        "that network has no class for images without one (model.label-dropout): {} starts with zeros there",
                        network.name());
            }
        }
        loading.requireComplete(uri);
    }

    private static void put(ModelTensors.Loading loading, TensorInfo info, float[] values) {
        try {
            loading.apply(info).accept(FloatBuffer.wrap(values));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
