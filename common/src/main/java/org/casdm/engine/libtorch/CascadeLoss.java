package org.casdm.engine.libtorch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.casdm.cascade.LossWeights;
import org.casdm.cascade.ModelSpec;
import org.casdm.diffusion.LogVarianceRange;
import org.casdm.diffusion.VariationalBound;
import org.casdm.engine.libtorch.network.LibTorchUNet;
import org.casdm.engine.libtorch.network.Pass;
import org.casdm.engine.libtorch.tensor.Target;
import org.casdm.engine.libtorch.tensor.Tensors;
import org.casdm.metric.function.MetricFunction;

/**
 * The loss of a model: from images and noise to the terms of {@link LossWeights#terms}, each a mean over an image's
 * values. What learns from which term is described in {@link org.casdm.cascade.graph.CascadeTerms} and {@link
 * org.casdm.cascade.CascadeGraph}.
 */
final class CascadeLoss {

    private final ModelSpec model;
    private final double[] weights;
    private final double minAlphaBar;
    private final boolean boundTrainsMean;
    private final Target target;
    private final LibTorchUNet theta;
    private final Optional<LibTorchUNet> phi;
    private final Optional<LibTorchLpips> lpips;
    private final Optional<MetricFunction> function;
    private final double functionMinAlphaBar;

    /** @param networks of the model, in its order */
    CascadeLoss(
            ModelSpec model,
            LossWeights weights,
            List<LibTorchUNet> networks,
            Optional<LibTorchLpips> lpips,
            Optional<MetricFunction> function,
            Target target) {
        this.model = model;
        this.weights = weights.of(weights.terms(model));
        minAlphaBar = weights.lpipsMinAlphaBar();
        boundTrainsMean = weights.bound().trainsMean();
        this.target = target;
        theta = networks.get(0);
        phi = networks.stream().skip(1).findFirst();
        this.lpips = lpips;
        this.function = function;
        functionMinAlphaBar = weights.metricMinAlphaBar();
    }

    /** What the networks gave: the model's own terms, and the image that the metric function judges. */
    private record Prediction(List<Tensor> terms, Tensor image) {}

    /** Some images of a batch on the device. */
    private final class Part {

        private final int[] timesteps;
        private final double[] seenTimesteps;
        private final int[] labels;
        private final Tensor x0;
        private final Tensor epsilon;
        private final Tensor xt;
        private final Optional<Tensor> weights;

        Part(DeviceBatch images, int first, int count) {
            var batch = images.batch();
            timesteps = Arrays.copyOfRange(batch.timesteps(), first, first + count);
            seenTimesteps = Arrays.stream(timesteps)
                    .mapToDouble(t -> t * model.timestepFactor())
                    .toArray();
            labels = batch.labels() == null ? null : Arrays.copyOfRange(batch.labels(), first, first + count);
            x0 = images.x0().narrow(0, first, count);
            epsilon = images.epsilon().narrow(0, first, count);
            weights = batch.weights().map(ofImages -> target.upload(ofImages, first, count));
            xt = x0.mul(coefficient(model.schedule()::sqrtAlphaBar))
                    .add(epsilon.mul(coefficient(model.schedule()::sqrtOneMinusAlphaBar)));
        }

        /** A number of each image, times the image's weight. */
        Tensor weighted(Tensor ofImages) {
            return weights.isPresent() ? ofImages.mul(weights.get()) : ofImages;
        }

        /** A coefficient of the schedule at each image's timestep, [images, 1, 1, 1]. */
        Tensor coefficient(IntToDoubleFunction ofTimestep) {
            var values = new float[timesteps.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) ofTimestep.applyAsDouble(timesteps[i]);
            }
            return target.upload(values, 0, values.length, 1, 1, 1);
        }

        Tensor network(LibTorchUNet network, Tensor input, Pass pass) {
            return network.forward(input, seenTimesteps, labels, pass);
        }

        /** x̂_0 of a predicted noise, before clipping. */
        Tensor unclipped(Tensor predicted) {
            var noise = coefficient(model.schedule()::sqrtOneMinusAlphaBar);
            var signal = coefficient(model.schedule()::reciprocalSqrtAlphaBar);
            return xt.sub(predicted.mul(noise)).mul(signal);
        }

        /** x̂_0 of a predicted noise. */
        Tensor estimate(Tensor predicted) {
            var estimate = unclipped(predicted);
            return model.clip()
                    ? estimate.clamp(new ScalarOptional(Tensors.scalar(-1)), new ScalarOptional(Tensors.scalar(1)))
                    : estimate;
        }
    }

    /**
     * Adds the gradient of some images' share of the batch's loss to the parameters' gradients.
     *
     * @return the unweighted terms of these images, [images, terms], of the scope around; a GPU may still be computing
     */
    Tensor backward(DeviceBatch batch, int first, int count, Pass pass) {
        return Tensors.kept(() -> {
            var part = new Part(batch, first, count);
            var prediction = predict(part, pass);
            double share = 1.0 / batch.batch().images();
            var all = new ArrayList<>(prediction.terms());
            Tensor loss = null;
            for (int i = 0; i < all.size(); i++) {
                var weighted = part.weighted(all.get(i)).sum().mul(Tensors.scalar(weights[i] * share));
                loss = loss == null ? weighted : loss.add(weighted);
            }
            if (lpips.isPresent()) {
                var judgement = judge(prediction.image(), part, minAlphaBar, lpips.get()::withGradient);
                all.add(judgement.distances());
                loss = loss.add(judgement.loss().mul(Tensors.scalar(weights[all.size() - 1] * share)));
            }
            if (function.isPresent()) {
                var judgement = judge(prediction.image(), part, functionMinAlphaBar, this::byFunction);
                all.add(judgement.distances());
                loss = loss.add(judgement.loss().mul(Tensors.scalar(weights[all.size() - 1] * share)));
            }
            pass.backward(loss);
            return torch.stack(new TensorVector(all.toArray(new Tensor[0])), 1).detach();
        });
    }

    /**
     * What a metric function says.
     *
     * @param distances of each image, 0 of those that it does not judge
     * @param loss a number whose gradient is that of the distances' sum, each with its image's weight
     */
    private record Judgement(Tensor distances, Tensor loss) {}

    /** Distances of images with their gradient. */
    private interface Metric {
        LibTorchLpips.Comparison compare(Tensor first, Tensor second);
    }

    private Judgement judge(Tensor prediction, Part part, double leastAlphaBar, Metric metric) {
        int count = part.timesteps.length;
        int[] judged = model.schedule().withAlphaBarFrom(leastAlphaBar, part.timesteps);
        var distances = target.zeros(ScalarType.Float, count);
        if (judged.length == 0) {
            return new Judgement(distances, target.zeros(ScalarType.Float));
        }
        var chosen = target.upload(judged, 0, judged.length);
        boolean all = judged.length == count;
        var images = all ? prediction : prediction.index_select(0, chosen);
        var comparison = metric.compare(images.detach(), all ? part.x0 : part.x0.index_select(0, chosen));
        // The gradient is computed already: this has the same.
        var ofJudged = Tensors.sum(images.mul(comparison.gradient()), 1, 2, 3);
        var ofImages = all ? ofJudged : distances.index_add(0, chosen, ofJudged);
        return new Judgement(
                distances.index_add(0, chosen, comparison.distances()),
                part.weighted(ofImages).sum());
    }

    private LibTorchLpips.Comparison byFunction(Tensor first, Tensor second) {
        int count = (int) first.size(0);
        int size = (int) first.size(2);
        var a = new float[(int) first.numel()];
        var b = new float[a.length];
        Target.downloadImages(first, a, 0);
        Target.downloadImages(second, b, 0);
        var comparison = function.orElseThrow().compare(a, b, count, size);
        var distances = new float[count];
        for (int i = 0; i < count; i++) {
            distances[i] = (float) comparison.distances()[i];
        }
        return new LibTorchLpips.Comparison(
                target.upload(distances, 0, count),
                target.uploadImages(comparison.gradient(), 0, count, size, size, first.size(1)));
    }

    private Prediction predict(Part part, Pass pass) {
        var output = part.network(theta, part.xt, pass);
        int colours = model.colours();
        var noise = output.narrow(1, 0, colours);
        var prediction = switch (model.kind()) {
            case DDPM -> new Prediction(List.of(meanSquare(noise.sub(part.epsilon))), part.estimate(noise));
            case CAS_DM -> {
                var estimate = part.estimate(noise.detach());
                var input = model.phiSeesXt() ? Tensors.concatenate(1, estimate, part.xt) : estimate;
                yield cascade(part, noise, part.network(phi.orElseThrow(), input, pass), estimate);
            }
            case DUAL -> cascade(part, noise, output.narrow(1, colours, colours + 1L), part.estimate(noise.detach()));
        };
        if (!model.learnsVariance()) {
            return prediction;
        }
        var terms = new ArrayList<>(prediction.terms());
        terms.add(bound(part, boundTrainsMean ? noise : noise.detach(), output.narrow(1, colours, colours)));
        return new Prediction(terms, prediction.image());
    }

    /** As {@link org.casdm.cascade.graph.BoundTerm}; the formulas are those of {@link VariationalBound}. */
    private Tensor bound(Part part, Tensor noise, Tensor v) {
        var schedule = model.schedule();
        var smallest = part.coefficient(schedule::posteriorLogVarianceClipped);
        var slope = part.coefficient(t -> LogVarianceRange.of(schedule, t).slope());
        var logVariance = torch.addcmul(smallest, v.add(Tensors.scalar(1)), slope);
        var estimate = part.unclipped(noise);
        var ofEstimate = part.coefficient(schedule::posteriorMeanCoef1);
        var precision = logVariance.neg().exp();
        var distance = part.x0.sub(estimate).mul(ofEstimate).square().mul(precision);
        var bits = logVariance
                .sub(smallest)
                .sub(Tensors.scalar(1))
                .add(smallest.sub(logVariance).exp())
                .add(distance)
                .mul(Tensors.scalar(0.5));
        if (Arrays.stream(part.timesteps).anyMatch(t -> t == 0)) {
            var mean = estimate.mul(ofEstimate).add(part.xt.mul(part.coefficient(schedule::posteriorMeanCoef2)));
            bits = torch.where(
                    part.coefficient(t -> t == 0 ? 1 : 0).gt(Tensors.scalar(0.5)),
                    decoder(part.x0, mean, logVariance),
                    bits);
        }
        return Tensors.mean(bits, 1, 2, 3).mul(Tensors.scalar(schedule.steps() / Math.log(2)));
    }

    /** The negative log-likelihood of levels, in nats. */
    private static Tensor decoder(Tensor x0, Tensor mean, Tensor logVariance) {
        var precision = logVariance.mul(Tensors.scalar(-0.5)).exp();
        var half = Tensors.scalar(VariationalBound.HALF_LEVEL);
        var distance = x0.sub(mean);
        // On the side where float32 has the digits: an interval is as probable as its mirror image.
        var below = distance.abs().neg();
        var inside = cumulative(below.add(half).mul(precision))
                .sub(cumulative(below.sub(half).mul(precision)));
        var lowest = cumulative(distance.add(half).mul(precision));
        var highest = cumulative(distance.sub(half).mul(precision).neg());
        var end = VariationalBound.END;
        var probability = torch.where(
                x0.lt(Tensors.scalar(-end)), lowest, torch.where(x0.gt(Tensors.scalar(end)), highest, inside));
        return probability
                .clamp_min(Tensors.scalar(VariationalBound.SMALLEST_PROBABILITY))
                .log()
                .neg();
    }

    /** (1 + tanh y) / 2 as a logistic function, which has all digits where it is small. */
    private static Tensor cumulative(Tensor x) {
        var cube = x.square().mul(x).mul(Tensors.scalar(VariationalBound.CUBE));
        return torch.sigmoid(x.add(cube).mul(Tensors.scalar(2 * Math.sqrt(2 / Math.PI))));
    }

    private Prediction cascade(Part part, Tensor noise, Tensor output, Tensor estimate) {
        var image = output.narrow(1, 0, model.colours());
        var weight = torch.sigmoid(output.narrow(1, model.colours(), 1));
        var error = image.detach()
                .sub(estimate)
                .mul(weight)
                .add(estimate)
                .sub(part.x0)
                .mul(part.coefficient(model.schedule()::posteriorMeanCoef1));
        return new Prediction(
                List.of(meanSquare(noise.sub(part.epsilon)), meanSquare(image.sub(part.x0)), meanSquare(error)), image);
    }

    private static Tensor meanSquare(Tensor images) {
        return Tensors.mean(images.square(), 1, 2, 3);
    }
}
