package org.casdm.engine.libtorch.network;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.casdm.engine.libtorch.tensor.Target;
import org.casdm.engine.libtorch.tensor.Tensors;
import org.casdm.network.UNetSpec;
import org.casdm.network.UNetSpec.Layer;

/** A U-Net on LibTorch. It holds no memory of its own: parameters are the weights' tensors. */
public final class LibTorchUNet {

    private record Stage(boolean takesSkip, List<Module> modules) {

        Tensor forward(Tensor input, Tensor embedding, Pass pass) {
            var current = input;
            for (var module : modules) {
                current = module.forward(current, embedding, pass);
            }
            return current;
        }
    }

    private final UNetSpec spec;
    private final Target target;
    private final Embedding embedding;
    private final List<Stage> descending;
    private final Stage middle;
    private final List<Stage> ascending;
    private final Normalisation finalNorm;
    private final Convolution finalConvolution;

    public LibTorchUNet(UNetSpec spec, Weights weights, Target target) {
        this.spec = spec;
        this.target = target;
        embedding = new Embedding(weights, spec, target);
        var stages = spec.stages();
        descending = stages(stages.descending(), weights);
        middle = stage(stages.middle(), weights);
        ascending = stages(stages.ascending(), weights);
        finalNorm = new Normalisation(weights, "out.0", target);
        finalConvolution = new Convolution(weights, "out.2", 1, target);
    }

    private List<Stage> stages(List<UNetSpec.Stage> descriptions, Weights weights) {
        return descriptions.stream().map(stage -> stage(stage, weights)).toList();
    }

    private Stage stage(UNetSpec.Stage description, Weights weights) {
        var modules = new ArrayList<Module>();
        for (var layer : description.layers()) {
            modules.add(module(layer, weights));
        }
        return new Stage(description.skipChannels() > 0, modules);
    }

    private Module module(Layer layer, Weights weights) {
        if (layer instanceof Layer.Convolution convolution) {
            return new Convolution(weights, convolution.name(), 1, target);
        } else if (layer instanceof Layer.Residual residual) {
            return new ResidualBlock(weights, residual, spec, target);
        } else if (layer instanceof Layer.Attention attention) {
            return new AttentionBlock(weights, attention, target);
        } else if (layer instanceof Layer.Downsample downsample) {
            return new Convolution(weights, downsample.name() + ".op", 2, target);
        } else if (layer instanceof Layer.Upsample upsample) {
            return new UpsampleBlock(weights, upsample.name(), target);
        }
        throw new IllegalArgumentException("Unknown layer " + layer);
    }

    /**
     * Computes the network.
     *
     * @param input [images, input channels, height, width], float32
     * @param timesteps of each image, as the network sees them
     * @param labels class of each image; null for a network without classes
     * @return [images, output channels, height, width], float32, of the scope around
     */
    public Tensor forward(Tensor input, double[] timesteps, int[] labels, Pass pass) {
        check(input);
        return Tensors.kept(() -> {
            var embedded = embedding.forward(timesteps, labels, pass);
            var stored = new ArrayDeque<Tensor>();
            var current = target.forProduct(input);
            for (var stage : descending) {
                current = run(stage, pass, current, embedded);
                stored.push(current);
            }
            current = run(middle, pass, current, embedded);
            for (var stage : ascending) {
                current = stage.takesSkip()
                        ? run(stage, pass, current, embedded, stored.pop())
                        : run(stage, pass, current, embedded);
            }
            return pass.run(
                    inputs -> finalConvolution
                            .forward(torch.silu(finalNorm.forward(inputs[0])))
                            .to(ScalarType.Float),
                    current);
        });
    }

    private static Tensor run(Stage stage, Pass pass, Tensor... inputs) {
        return pass.run(
                tensors -> stage.forward(
                        tensors.length > 2 ? Tensors.concatenate(1, tensors[0], tensors[2]) : tensors[0],
                        tensors[1],
                        pass),
                inputs);
    }

    private void check(Tensor input) {
        if (input.size(1) != spec.inputChannels()
                || input.size(2) % spec.downsampling() != 0
                || input.size(3) % spec.downsampling() != 0) {
            throw new IllegalArgumentException("The network takes [images, height, width, " + spec.inputChannels()
                    + "] with sides that are multiples of " + spec.downsampling() + ", not [" + input.size(0) + ", "
                    + input.size(2) + ", " + input.size(3) + ", " + input.size(1) + "]");
        }
    }
}
