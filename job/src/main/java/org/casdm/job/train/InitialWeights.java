package org.casdm.job.train;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.casdm.config.CasdmConfig;
import org.casdm.tensor.TensorInfo;
import org.casdm.tensor.pytorch.PyTorchFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the first network from a published checkpoint of improved-diffusion or guided-diffusion. */
final class InitialWeights {

    private static final Logger LOG = LoggerFactory.getLogger(InitialWeights.class);

    private static final String NETWORK = "theta";

    private InitialWeights() {
    }

    /**
     * Loads {@code model.theta.init-from}, if the configuration has it, by name.
     *
     * @throws IOException if the file cannot be read, or listing the tensors that do not fit the network
     */
    static void load(CasdmConfig config, TrainedModel trained, Configuration hadoop) throws IOException {
        var uri = config.model().theta().initFrom();
        if (uri.isEmpty()) {
            return;
        }
        var path = new Path(uri.get());
        var loading = trained.tensors().only(NETWORK).loading("", trained.parameters());
        try (var file = PyTorchFile.open(path.getFileSystem(hadoop), path)) {
            for (var tensor : file.tensors().entrySet()) {
                // Published files are the state itself; training scripts wrap it.
                String name = tensor.getKey().replaceFirst("^(state_dict|model)\\.", "");
                var info = tensor.getValue().info();
                var sink = loading.apply(new TensorInfo(NETWORK + "." + name, info.type(), info.shape()));
                if (sink != null) {
                    tensor.getValue().read(sink);
                }
            }
        }
        loading.requireComplete(uri.get());
        LOG.info("{} starts from {}", NETWORK, uri.get());
    }
}
