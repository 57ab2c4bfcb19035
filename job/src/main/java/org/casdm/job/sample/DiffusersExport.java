package org.casdm.job.sample;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.casdm.cascade.ModelSpec.Kind;
import org.casdm.config.CasdmConfig;
import org.casdm.config.ConfigException;
import org.casdm.job.sample.model.StoredModel;
import org.casdm.job.sample.model.WeightChoice;
import org.casdm.network.UNetParameters;
import org.casdm.storage.Storage;
import org.casdm.weights.diffusers.DiffusersFolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives a checkpoint's first network to the program diffusers. */
public final class DiffusersExport {

    private static final Logger LOG = LoggerFactory.getLogger(DiffusersExport.class);

    private final StoredModel model;

    /**
     * @param checkpoint a run's folder, {@code folder@step}, or a checkpoint's folder
     * @param ema a moving average's rate, or "none"; empty: the one that the run draws its grids with
     * @throws ConfigException if diffusers has no such network; the message lists why
     */
    public DiffusersExport(String checkpoint, Optional<String> ema, Configuration hadoop) throws IOException {
        model = StoredModel.find(checkpoint, new WeightChoice(ema), hadoop);
        var spec = model.spec();
        var obstacles = new ArrayList<String>();
        if (spec.kind() == Kind.DUAL) {
            obstacles.add("model.kind = dual: diffusers' pipelines know no network with three outputs");
        } else {
            obstacles.addAll(DiffusersFolder.obstacles(spec.theta()));
        }
        if (spec.timestepFactor() != 1) {
            obstacles.add("diffusion.rescale-timesteps: diffusers gives networks the schedule's own timesteps, of which"
                    + " there are " + spec.schedule().steps() + ", not 1000");
        }
        if (!obstacles.isEmpty()) {
            throw new ConfigException(obstacles);
        }
    }

    /** Writes θ and its schedule into a new folder. */
    public void write(String folder, Configuration hadoop) throws IOException {
        var place = Storage.path(folder);
        var config = model.config();
        var theta = model.spec().theta();
        var layout = UNetParameters.of(theta);
        try (var vector = model.load(hadoop)) {
            new DiffusersFolder(Storage.fileSystem(place, hadoop), place)
                    .write(
                            theta,
                            config.data().size(),
                            config.diffusion().schedule() == CasdmConfig.Schedule.LINEAR
                                    ? DiffusersFolder.Schedule.LINEAR
                                    : DiffusersFolder.Schedule.COSINE,
                            config.diffusion().steps(),
                            true,
                            parameter -> {
                                // θ comes first in the model's vector.
                                var memory = new float[Math.toIntExact(parameter.length())];
                                vector.getPointer(layout.get(parameter.name()).offset())
                                        .get(memory);
                                var file = new float[memory.length];
                                parameter.toFile(memory, 0, file);
                                return file;
                            });
        }
        LOG.info("theta of {} written to {}", model, folder);
        if (model.spec().phi().isPresent()) {
            LOG.warn("the second network, phi, is left out: diffusers has no cascade");
        }
    }
}
