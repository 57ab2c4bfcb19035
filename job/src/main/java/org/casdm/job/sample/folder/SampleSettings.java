package org.casdm.job.sample.folder;

import java.io.Serializable;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.casdm.job.sample.model.StoredModel;
import org.casdm.sampling.ImageNoise;
import org.casdm.sampling.InitialNoise;
import org.casdm.sampling.InterpolatedNoise;
import org.casdm.sampling.SamplerSettings;
import org.casdm.sampling.SamplingMethod;
import org.casdm.sampling.SamplingMethod.Ddim;
import org.casdm.sampling.SamplingMethod.Ddpm;
import org.casdm.sampling.SamplingMethod.DpmSolver;
import org.casdm.sampling.SamplingMethod.Heun;

/**
 * All that images depend on, but for their numbers, and how they are stored. Parts with equal settings fit together.
 *
 * @param model the weights
 * @param sampler how to draw
 * @param classes the labels
 * @param interpolation the way that the images go; null where each starts from noise of its own
 * @param storedAs what the parts are
 */
public record SampleSettings(
        StoredModel model,
        SamplerSettings sampler,
        ClassCycle classes,
        InterpolatedNoise interpolation,
        PartFormat storedAs)
        implements Serializable {

    /** The images' x_T. */
    public InitialNoise start() {
        return interpolation == null ? new ImageNoise(sampler.seed())::initial : interpolation;
    }

    /** Width and height of the images. */
    public int size() {
        return model.config().data().size();
    }

    /** Channels of the model's images. */
    public int channels() {
        return model.config().data().channels();
    }

    /** In words, by name: equal settings have equal words. */
    public SortedMap<String, String> describe() {
        var words = new TreeMap<String, String>();
        words.put("weights", model.file() + " of step " + model.step() + ", SHA-256 " + model.sha256());
        words.put("images", size() + " x " + size() + " x " + channels());
        words.put("method", method(sampler.method()));
        words.put("respacing", sampler.respacing().isEmpty() ? "all" : sampler.respacing());
        words.put("network", sampler.estimator().name().toLowerCase(Locale.ROOT));
        words.put("clip", Boolean.toString(sampler.clip()));
        words.put("seed", Long.toString(sampler.seed()));
        words.put("classes", classes.toString());
        if (sampler.guidance().isUsed()) {
            var guidance = sampler.guidance();
            words.put(
                    "guidance",
                    guidance.theta() + ", phi " + guidance.phi() + ", sigma " + guidance.fromSigma() + " to "
                            + guidance.toSigma());
        }
        words.put(
                "interpolate",
                interpolation == null
                        ? "no"
                        : "seed " + interpolation.firstSeed() + " to seed " + interpolation.lastSeed() + " in "
                                + interpolation.frames());
        words.put("stored as", storedAs.name().toLowerCase(Locale.ROOT));
        return words;
    }

    private static String method(SamplingMethod method) {
        if (method instanceof Ddpm ddpm) {
            return "ddpm, " + ddpm.variance().name().toLowerCase(Locale.ROOT).replace('_', ' ') + " variance";
        } else if (method instanceof Ddim ddim) {
            return "ddim, eta " + ddim.eta();
        } else if (method instanceof DpmSolver solver) {
            return "dpm-solver++, spacing " + solver.spacing().text();
        } else if (method instanceof Heun heun) {
            return "heun, spacing " + heun.spacing().text();
        }
        throw new IllegalArgumentException("Unknown method " + method);
    }
}
