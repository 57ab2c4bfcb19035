package org.casdm.job.evaluate;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.casdm.checkpoint.StepName;
import org.casdm.diffusion.NoiseLevels.Spacing;
import org.casdm.failure.DataException;
import org.casdm.job.sample.SampleRequest;
import org.casdm.job.sample.SampleRequest.GuidanceRequest;
import org.casdm.sampling.SamplerSettings.Estimator;
import org.casdm.storage.Storage;

/**
 * How samples are drawn from the checkpoints of a run, all alike.
 *
 * @param run       the run's folder
 * @param count     samples of each checkpoint
 * @param batch     images that the networks see at once
 * @param ema       a moving average's rate, or "none"; empty: the run's own choice
 * @param respacing timesteps to visit; empty: the run's own choice
 * @param method    how to step
 * @param spacing   of the noise levels of dpm-solver++ and heun; empty: the method's own
 * @param classes   "all" or class numbers; empty for a model without classes
 * @param guidance  towards the classes
 * @param seed      of the noise
 * @param keep      whether the samples stay when they have been judged
 */
public record RunSampling(
        String run,
        long count,
        int batch,
        Optional<String> ema,
        Optional<String> respacing,
        SampleRequest.Method method,
        Optional<Spacing> spacing,
        Optional<String> classes,
        GuidanceRequest guidance,
        long seed,
        boolean keep) {

    /** The request for a checkpoint. */
    SampleRequest request(long step, String out) throws DataException {
        return new SampleRequest(
                new Path(Storage.path(run), "checkpoints/" + StepName.of(step)).toString(),
                out,
                count,
                SampleRequest.Format.PARQUET,
                batch,
                OptionalInt.empty(),
                ema,
                respacing,
                method,
                spacing,
                Optional.empty(),
                OptionalDouble.empty(),
                Estimator.CASCADE,
                classes,
                guidance,
                seed,
                true,
                Optional.empty(),
                Optional.empty());
    }

    /** All that the samples depend on besides the checkpoint, by name. */
    SortedMap<String, String> describe() {
        var words = new TreeMap<String, String>();
        words.put("count", Long.toString(count));
        words.put("ema", ema.orElse("default"));
        words.put("respacing", respacing.orElse("default"));
        words.put("method", method.toString());
        spacing.ifPresent(choice -> words.put("spacing", choice.text()));
        words.put("classes", classes.orElse("none"));
        guidance.describe().ifPresent(choice -> words.put("guidance", choice));
        words.put("seed", Long.toString(seed));
        return words;
    }
}
