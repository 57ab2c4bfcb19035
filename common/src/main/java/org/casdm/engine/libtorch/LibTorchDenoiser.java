package org.casdm.engine.libtorch;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.casdm.engine.Denoiser;
import org.casdm.engine.libtorch.network.LibTorchUNet;
import org.casdm.engine.libtorch.network.Pass;
import org.casdm.engine.libtorch.tensor.Faults;
import org.casdm.engine.libtorch.tensor.Target;
import org.casdm.engine.libtorch.tensor.Tensors;
import org.casdm.network.UNetParameters;
import org.casdm.network.UNetSpec;

/** A network for drawing. */
final class LibTorchDenoiser implements Denoiser {

    private static final String ADVICE = "Draw fewer images at once (--batch)";

    private final UNetSpec spec;
    private final Target target;
    private final FrozenWeights weights;
    private final LibTorchUNet network;

    LibTorchDenoiser(UNetSpec spec, FloatPointer parameters, Target target) {
        this.spec = spec;
        this.target = target;
        weights = new FrozenWeights(UNetParameters.of(spec).all(), parameters, target);
        network = new LibTorchUNet(spec, weights, target);
    }

    @Override
    public void forward(float[] input, int images, int size, double timestep, int[] labels, float[] output) {
        var timesteps = new double[images];
        Arrays.fill(timesteps, timestep);
        target.use();
        try (var scope = new PointerScope();
                var pass = Pass.inference()) {
            Target.downloadImages(
                    Tensors.withoutGradients(() -> network.forward(
                            target.uploadImages(input, 0, images, size, size, spec.inputChannels()),
                            timesteps,
                            labels,
                            pass)),
                    output,
                    0);
        } catch (RuntimeException e) {
            throw Faults.translate(e, target, "a network's output for " + images + " images", ADVICE);
        }
    }

    @Override
    public void close() {
        weights.close();
    }
}
