package org.casdm.network.nd4j;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.casdm.network.UNetParameters;
import org.casdm.network.UNetSpec;
import org.casdm.network.UNetSpec.Layer;
import org.casdm.network.nd4j.kernel.Arena;
import org.casdm.network.nd4j.kernel.Kernels;
import org.casdm.network.nd4j.kernel.Operations;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A U-Net on ND4J: forward pass and gradients, with channels-last activations throughout.
 *
 * <p>Parameters and gradients lie in flat vectors given by the caller, as {@link UNetParameters} lays them out. All
 * memory comes from an arena and is used again, so that in steady state nothing is allocated. One thread at a time.
 */
public final class Nd4jUNet implements AutoCloseable {

    private record Stage(int skipChannels, List<Module> modules) {}

    private final UNetSpec spec;
    private final Arena arena;
    private final Kernels kernels;
    private final Embedding embedding;
    private final List<Stage> descending = new ArrayList<>();
    private final Stage middle;
    private final List<Stage> ascending = new ArrayList<>();
    private final GroupNorm finalNorm;
    private final Convolution finalConvolution;
    private final boolean hasGradients;

    private LayerClock clock = LayerClock.NONE;
    private Pass pass;
    private long dropoutKey;
    /** Inputs of all modules of the last forward pass, in order: they stay until the backward pass is through. */
    private final ArrayDeque<INDArray> inputs = new ArrayDeque<>();

    private INDArray finalInput;
    private INDArray finalActivated;
    private INDArray output;
    private INDArray inputGradient;

    /**
     * @param spec the network
     * @param parameters flat vector of its parameters, used in place
     * @param gradients flat vector that {@link #backward} fills, or null
     * @param threads host threads for the arithmetic around the matrix products
     */
    public Nd4jUNet(UNetSpec spec, INDArray parameters, INDArray gradients, int threads) {
        this.spec = spec;
        arena = new Arena(parameters.dataType());
        kernels = Kernels.of(parameters.dataType(), threads);
        hasGradients = gradients != null;
        var weights = new Weights(UNetParameters.of(spec), parameters, gradients);
        embedding = new Embedding(spec, weights);
        var stages = spec.stages();
        stages.descending().forEach(stage -> descending.add(stage(weights, stage)));
        middle = stage(weights, stages.middle());
        stages.ascending().forEach(stage -> ascending.add(stage(weights, stage)));
        finalNorm = new GroupNorm(weights, "out.0", true);
        finalConvolution = new Convolution(weights, "out.2", 1);
    }

    private Stage stage(Weights weights, UNetSpec.Stage description) {
        var modules = new ArrayList<Module>();
        for (Layer layer : description.layers()) {
            modules.add(module(weights, layer));
        }
        return new Stage(description.skipChannels(), modules);
    }

    private Module module(Weights weights, Layer layer) {
        if (layer instanceof Layer.Convolution convolution) {
            return new Convolution(weights, convolution.name(), 1);
        } else if (layer instanceof Layer.Residual residual) {
            return new ResidualBlock(weights, residual, spec);
        } else if (layer instanceof Layer.Attention attention) {
            return new AttentionBlock(weights, attention);
        } else if (layer instanceof Layer.Downsample downsample) {
            return new Convolution(weights, downsample.name() + ".op", 2);
        } else if (layer instanceof Layer.Upsample upsample) {
            return new UpsampleBlock(weights, upsample.name());
        }
        throw new IllegalArgumentException("Unknown layer " + layer);
    }

    /** Sets who is notified of what computes, from the next forward pass on. */
    public void setClock(LayerClock clock) {
        this.clock = clock;
    }

    /** What the dropped values of the coming training passes depend on; without effect where dropout is 0. */
    public void setDropoutKey(long key) {
        dropoutKey = key;
    }

    /**
     * Computes the network.
     *
     * @param x [images, height, width, input channels], left as it is
     * @param timesteps [images, 1], in steps of the full schedule
     * @param labels [images, 1] class labels, null for a network without classes
     * @param training whether {@link #backward} will follow
     * @return [images, height, width, output channels]: valid until the next call of this method
     */
    public INDArray forward(INDArray x, INDArray timesteps, INDArray labels, boolean training) {
        check(x, training);
        forget();
        var outer = clock.enter(LayerClock.Kind.LINEAR);
        var activated = embedding.forward(timesteps, labels, arena, kernels, training);
        clock.leave(outer, embedding.operations(x.size(0)));
        INDArray embeddingGradient = null;
        if (training) {
            embeddingGradient = arena.take(activated.shape());
            embeddingGradient.assign(0);
        }
        pass = new Pass(arena, kernels, clock, training, activated, embeddingGradient, dropoutKey);
        var stored = new ArrayDeque<INDArray>();
        var h = x;
        for (Stage stage : descending) {
            h = run(stage, h, x, stored);
            stored.push(h);
        }
        h = run(middle, h, x, stored);
        for (Stage stage : ascending) {
            var skip = stored.pop();
            var joined = arena.take(h.size(0), h.size(1), h.size(2), h.size(3) + stage.skipChannels());
            Operations.concatenate(joined, h, skip);
            arena.release(h);
            if (!training) {
                arena.release(skip);
            }
            h = run(stage, joined, x, stored);
        }
        var a = finalNorm.forward(h, null, pass);
        output = finalConvolution.forward(a, pass);
        if (training) {
            finalInput = h;
            finalActivated = a;
        } else {
            arena.release(h);
            arena.release(a);
            arena.release(activated);
            pass = null;
        }
        return output;
    }

    private void check(INDArray x, boolean training) {
        if (x.rank() != 4
                || x.size(3) != spec.inputChannels()
                || x.size(1) % spec.downsampling() != 0
                || x.size(2) % spec.downsampling() != 0) {
            throw new IllegalArgumentException("The network takes [images, height, width, " + spec.inputChannels()
                    + "] with sides that are multiples of " + spec.downsampling() + ", not "
                    + Arrays.toString(x.shape()));
        }
        if (training && !hasGradients) {
            throw new IllegalStateException("This network was made without gradients: it can only compute");
        }
    }

    /** Gives back what a forward pass without a backward pass has left. */
    private void forget() {
        if (output != null) {
            arena.release(output);
            output = null;
        }
        if (inputGradient != null) {
            arena.release(inputGradient);
            inputGradient = null;
        }
        // A training pass that no backward() has followed leaves its arrays to the garbage collector.
        if (pass != null) {
            pass = null;
            inputs.clear();
            arena.abandonTaken();
        }
    }

    private INDArray run(Stage stage, INDArray input, INDArray networkInput, ArrayDeque<INDArray> stored) {
        var h = input;
        for (Module module : stage.modules()) {
            var next = module.forward(h, pass);
            if (pass.training) {
                inputs.push(h);
            } else if (h != networkInput && h != stored.peek()) {
                arena.release(h);
            }
            h = next;
        }
        return h;
    }

    /**
     * Computes the gradients of all parameters, and of the input, of the last training pass.
     *
     * @param outputGradient [images, height, width, output channels], left as it is
     * @return the gradient with respect to x: valid until the next call of {@link #forward}
     */
    public INDArray backward(INDArray outputGradient) {
        if (pass == null) {
            throw new IllegalStateException("backward() needs a training pass before it");
        }
        var gradient = arena.take(outputGradient.shape());
        gradient.assign(outputGradient);
        gradient = finalConvolution.backward(gradient, pass);
        arena.release(finalActivated);
        finalNorm.backward(finalInput, null, gradient, null, null, pass);
        arena.release(finalInput);
        var skipGradients = new ArrayDeque<INDArray>();
        for (int i = ascending.size() - 1; i >= 0; i--) {
            var stage = ascending.get(i);
            var joined = runBackward(stage, gradient, false);
            long skip = stage.skipChannels();
            long own = joined.size(3) - skip;
            gradient = arena.take(joined.size(0), joined.size(1), joined.size(2), own);
            gradient.assign(channels(joined, 0, own));
            var skipGradient = arena.take(joined.size(0), joined.size(1), joined.size(2), skip);
            skipGradient.assign(channels(joined, own, own + skip));
            skipGradients.push(skipGradient);
            arena.release(joined);
        }
        gradient = runBackward(middle, gradient, false);
        for (int i = descending.size() - 1; i >= 0; i--) {
            var skipGradient = skipGradients.pop();
            gradient.addi(skipGradient);
            arena.release(skipGradient);
            gradient = runBackward(descending.get(i), gradient, i == 0);
        }
        var outer = clock.enter(LayerClock.Kind.LINEAR);
        embedding.backward(pass.embeddingGradient, arena, kernels);
        clock.leave(outer, 2 * embedding.operations(pass.embedding.size(0)));
        arena.release(pass.embeddingGradient);
        arena.release(pass.embedding);
        pass = null;
        finalInput = null;
        finalActivated = null;
        inputGradient = gradient;
        return gradient;
    }

    private static INDArray channels(INDArray array, long from, long to) {
        return array.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(from, to));
    }

    private INDArray runBackward(Stage stage, INDArray outputGradient, boolean first) {
        var gradient = outputGradient;
        for (int i = stage.modules().size() - 1; i >= 0; i--) {
            gradient = stage.modules().get(i).backward(gradient, pass);
            var input = inputs.pop();
            if (!(first && i == 0)) {
                arena.release(input);
            }
        }
        return gradient;
    }

    /** Native memory that the network's activations and gradients take, in bytes. */
    public long arenaBytes() {
        return arena.allocatedBytes();
    }

    /** Frees threads and native memory; the network cannot be used afterwards. */
    @Override
    public void close() {
        forget();
        arena.close();
        kernels.close();
    }
}
