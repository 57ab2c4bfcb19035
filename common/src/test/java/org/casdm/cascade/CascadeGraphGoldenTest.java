package org.casdm.cascade;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.casdm.cascade.CascadeGraph.Training;
import org.casdm.cascade.ModelSpec.Kind;
import org.casdm.diffusion.NoiseSchedule;
import org.casdm.lpips.Lpips;
import org.casdm.lpips.LpipsExamples;
import org.casdm.lpips.LpipsSpec;
import org.casdm.lpips.LpipsSpec.Resize;
import org.casdm.lpips.Trunk;
import org.casdm.network.UNetParameters;
import org.casdm.optimizer.AdamW;
import org.casdm.optimizer.ExponentialMovingAverage;
import org.casdm.testing.Golden;
import org.casdm.testing.GoldenGradients;
import org.casdm.testing.Networks;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/** One step of the cascade against the reference: every quantity, losses, gradients, AdamW, EMA. */
class CascadeGraphGoldenTest {

    private static final AdamW ADAM_W = new AdamW(1e-3, 0, 0.9, 0.999, 1e-8, 0);

    private static ModelSpec model(Golden golden) {
        boolean seesXt = golden.metadata().get("case").contains("x0+xt");
        boolean clip = golden.metadata().get("case").contains("\"clip\": true");
        var theta = Networks.spec(golden.metadata().get("unet"), 3, 3);
        return new ModelSpec(
                Kind.CAS_DM,
                theta,
                Optional.of(theta.withChannels(seesXt ? 6 : 3, 4)),
                seesXt,
                clip,
                NoiseSchedule.linear(1000),
                true);
    }

    /** As the reference: VGG-16 with the formula's weights, images as they are. */
    private static final LpipsSpec LPIPS = new LpipsSpec(Trunk.VGG, Resize.NONE);

    private static CascadeGraph graph(ModelSpec model, boolean lpips) {
        var graph = CascadeGraph.create(
                model, new Training(ADAM_W, 0, 0, 2, DataType.FLOAT, lpips ? Optional.of(LPIPS) : Optional.empty()));
        if (lpips) {
            graph.setLpips(new Lpips(LPIPS, LpipsExamples.formulaWeights(LPIPS.trunk()), 2));
        }
        var theta = Networks.vector(Networks.formulaWeights("golden.casdm.theta", model.theta()), DataType.FLOAT);
        var phi = Networks.vector(
                Networks.formulaWeights("golden.casdm.phi", model.phi().orElseThrow()), DataType.FLOAT);
        graph.setParams(Nd4j.concat(1, theta, phi));
        return graph;
    }

    @ParameterizedTest
    @ValueSource(strings = {"casdm_x0", "casdm_x0_xt"})
    void equalsTheReference(String file) {
        var golden = Golden.load(file);
        var model = model(golden);
        boolean lpips = golden.has("loss.lpips");
        var graph = graph(model, lpips);
        var x0 = Networks.channelsLast(golden, "x0", DataType.FLOAT);
        var epsilon = Networks.channelsLast(golden, "eps", DataType.FLOAT);
        var t = Networks.column(golden.longs("t"), DataType.FLOAT);

        // The quantities of the forward pass.
        var activations = graph.feedForward(new INDArray[] {x0, epsilon, t}, false);
        close(golden, "xt", activations.get("xt"), 1e-6);
        close(golden, "eps_theta", activations.get("theta"), 1e-4);
        // The file has the estimate as it is before clipping.
        var estimate = Networks.channelsLast(golden, "x0_theta", DataType.FLOAT);
        if (model.clip()) {
            estimate = Transforms.max(Transforms.min(estimate, 1), -1);
        }
        assertThat(Golden.relativeError(
                        Networks.channelsFirst(activations.get("estimate")), Networks.channelsFirst(estimate)))
                .isLessThan(1e-4);
        var prediction = channels(activations.get("phi"), 0, 3);
        close(golden, "x0_phi", prediction, 1e-4);
        var weight = Transforms.sigmoid(channels(activations.get("phi"), 3, 4).dup('c'));
        close(golden, "r", weight, 1e-4);
        close(
                golden,
                "mu",
                posteriorMean(model, golden, activations.get("estimate"), prediction, weight, activations.get("xt")),
                1e-4);

        // Losses and gradients.
        var weights = new LossWeights(1, 1, 1, lpips ? 0.1 : 0);
        var names = weights.terms(model);
        assertThat(names).hasSize(lpips ? 4 : 3);
        var batch = CascadeGraph.batch(model, x0, epsilon, t, null, weights);
        graph.setInputs(batch.getFeatures());
        graph.setLabels(batch.getLabels());
        graph.computeGradientAndScore();
        var terms = graph.lastTerms();
        assertThat(terms).hasSize(names.size());
        for (int i = 0; i < terms.length; i++) {
            double reference = golden.scalar("loss." + names.get(i));
            assertThat(Math.abs(terms[i] / reference - 1)).as(names.get(i)).isLessThan(1e-4);
        }
        assertThat(Math.abs(graph.score() / golden.scalar("total") - 1)).isLessThan(1e-4);
        var gradient = graph.gradient().gradient().data().asFloat();
        long offset = 0;
        for (var network : model.networks()) {
            var layout = UNetParameters.of(network.spec());
            GoldenGradients.check(golden, network.name() + ".", layout, gradient, (int) offset, 1e-6);
            offset += layout.length();
        }

        // One step of AdamW, and the moving average after it.
        var average = new ExponentialMovingAverage(0.99, graph.params().dup());
        graph.fit(batch);
        average.update(graph.params(), 1);
        offset = 0;
        for (var network : model.networks()) {
            var layout = UNetParameters.of(network.spec());
            String name = network.name() + ".out.2.weight";
            var after =
                    Networks.inFileLayout(layout.get("out.2.weight"), part(graph.params(), offset, layout.length()));
            assertThat(Golden.relativeError(after, golden.doubles("adam." + name)))
                    .as(name)
                    .isLessThan(1e-6);
            var averaged =
                    Networks.inFileLayout(layout.get("out.2.weight"), part(average.average(), offset, layout.length()));
            assertThat(Golden.relativeError(averaged, golden.doubles("ema99." + name)))
                    .as(name)
                    .isLessThan(1e-6);
            offset += layout.length();
        }
        graph.close();
    }

    private static INDArray posteriorMean(
            ModelSpec model, Golden golden, INDArray estimate, INDArray prediction, INDArray weight, INDArray xt) {
        var blend = weight.mul(prediction.sub(estimate)).add(estimate);
        var mean = Nd4j.create(DataType.FLOAT, xt.shape());
        long[] timesteps = golden.longs("t");
        for (int i = 0; i < timesteps.length; i++) {
            int t = (int) timesteps[i];
            image(mean, i)
                    .assign(image(blend, i)
                            .mul(model.schedule().posteriorMeanCoef1(t))
                            .add(image(xt, i).mul(model.schedule().posteriorMeanCoef2(t))));
        }
        return mean;
    }

    private static INDArray image(INDArray images, int index) {
        return images.get(
                NDArrayIndex.interval(index, index + 1), NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.all());
    }

    private static INDArray channels(INDArray array, int from, int to) {
        return array.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(from, to));
    }

    private static INDArray part(INDArray flat, long offset, long length) {
        return flat.reshape(flat.length()).get(NDArrayIndex.interval(offset, offset + length));
    }

    private static void close(Golden golden, String name, INDArray ours, double tolerance) {
        assertThat(Golden.relativeError(Networks.channelsFirst(ours), golden.doubles(name)))
                .as(name)
                .isLessThan(tolerance);
    }
}
