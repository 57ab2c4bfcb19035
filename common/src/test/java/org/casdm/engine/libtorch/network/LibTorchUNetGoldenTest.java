package org.casdm.engine.libtorch.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.casdm.engine.Arithmetic;
import org.casdm.engine.Device;
import org.casdm.engine.libtorch.FlatLayout;
import org.casdm.engine.libtorch.TrainedVector;
import org.casdm.engine.libtorch.tensor.Target;
import org.casdm.network.UNetParameters;
import org.casdm.testing.Golden;
import org.casdm.testing.GoldenGradients;
import org.casdm.testing.Networks;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The U-Net against improved-diffusion's and guided-diffusion's: output, loss, gradients. */
class LibTorchUNetGoldenTest {

    @ParameterizedTest
    @CsvSource({
        "unet_a,3,golden.unet.a,false",
        "unet_b,4,golden.unet.b,false",
        "unet_a,3,golden.unet.a,true",
        "unet_b,4,golden.unet.b,true",
        "adm_a,6,golden.adm.a,false",
        "adm_b,3,golden.adm.b,false",
        "adm_a,6,golden.adm.a,true",
        "adm_b,3,golden.adm.b,true"
    })
    void equalsTheReference(String file, int outputChannels, String seed, boolean checkpointActivations) {
        var golden = Golden.load(file);
        var spec = Networks.spec(golden.metadata().get("config"), 3, outputChannels);
        var target = Target.of(Device.cpu(), Arithmetic.float32(1));
        var names = UNetParameters.of(spec);
        var layout = new FlatLayout(target, List.of(names.all()));
        double[] timesteps =
                Arrays.stream(golden.longs("t")).mapToDouble(t -> t).toArray();
        int[] labels = golden.has("y")
                ? Arrays.stream(golden.longs("y")).mapToInt(Math::toIntExact).toArray()
                : null;
        try (var scope = new PointerScope();
                var host = new FloatPointer(Networks.formulaWeights(seed, spec, Networks.attentionOrder(golden)));
                var vector = new TrainedVector(layout, host, target);
                var pass = Pass.training(new Dropout(target, 1), checkpointActivations)) {
            var network = new LibTorchUNet(spec, vector.weights(names, 0), target);
            var input = images(golden, "x", target);
            input.set_requires_grad(true);

            var output = network.forward(input, timesteps, labels, pass);

            assertThat(Golden.relativeError(values(output), golden.doubles("output")))
                    .isLessThan(1e-4);
            var loss = output.sub(images(golden, "target", target)).square().mean();
            assertThat(Math.abs(loss.item_float() / golden.scalar("loss") - 1)).isLessThan(1e-4);

            pass.backward(loss);

            assertThat(Golden.relativeError(values(input.grad()), golden.doubles("grad.x")))
                    .isLessThan(1e-3);
            var gradient = new float[Math.toIntExact(layout.length())];
            layout.store(vector.gradient(), host);
            host.get(gradient);
            GoldenGradients.check(golden, "", names, gradient, 0, 1e-7);
        }
    }

    private static Tensor images(Golden golden, String name, Target target) {
        return target.upload(golden.floats(name), 0, golden.shape(name));
    }

    private static float[] values(Tensor tensor) {
        var floats = new float[Math.toIntExact(tensor.numel())];
        Target.download(tensor.detach(), floats, 0);
        return floats;
    }
}
