package org.casdm.engine.libtorch.network;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.casdm.engine.libtorch.tensor.Tensors;

/**
 * How the blocks of networks are run, once. In training they are on autograd's tape; with checkpoints (Chen et al. 2016,
 * arXiv 1604.06174) only blocks' outputs are kept, and each block is run a second time when its turn in the backward
 * pass comes.
 */
public final class Pass implements AutoCloseable {

    /** A part of a network. Runs twice where activations are checkpointed: it has to compute the same again. */
    @FunctionalInterface
    interface Block {
        Tensor compute(Tensor... inputs);
    }

    private record Checkpoint(Block block, Tensor[] inputs, Tensor output) implements AutoCloseable {

        Checkpoint {
            // Scopes close before the backward pass comes here.
            output.retainReference();
            for (var input : inputs) {
                input.retainReference();
            }
        }

        void backward() {
            try (var scope = new PointerScope()) {
                var gradient = output.mutable_grad();
                if (gradient.defined()) {
                    block.compute(inputs).backward(gradient, new BoolOptional(), false, new TensorArrayRefOptional());
                    gradient.reset();
                }
            }
        }

        @Override
        public void close() {
            Tensors.free(inputs);
            Tensors.free(output);
        }
    }

    private final Optional<Dropout> dropout;
    private final boolean recomputes;
    private final Deque<Checkpoint> checkpoints = new ArrayDeque<>();

    private Pass(Optional<Dropout> dropout, boolean recomputes) {
        this.dropout = dropout;
        this.recomputes = recomputes;
    }

    /** Without gradients. */
    public static Pass inference() {
        return new Pass(Optional.empty(), false);
    }

    /** With gradients of all parameters. */
    public static Pass training(Dropout dropout, boolean checkpointActivations) {
        return new Pass(Optional.of(dropout), checkpointActivations);
    }

    /** Drops values in training. */
    Tensor dropout(Tensor values, double probability, String block) {
        return dropout.isPresent() && probability > 0 ? dropout.get().apply(values, probability, block) : values;
    }

    /** Runs a block; its output belongs to the scope around, its intermediate tensors to autograd. */
    Tensor run(Block block, Tensor... inputs) {
        if (!recomputes) {
            return Tensors.kept(() -> block.compute(inputs));
        }
        var output = Tensors.withoutGradients(() -> block.compute(inputs));
        // A leaf: the blocks that take it add up its gradient there.
        output.set_requires_grad(true);
        checkpoints.push(new Checkpoint(block, inputs, output));
        return output;
    }

    /** Adds the gradients of a loss to those of the parameters. */
    public void backward(Tensor loss) {
        loss.backward();
        while (!checkpoints.isEmpty()) {
            try (var checkpoint = checkpoints.pop()) {
                checkpoint.backward();
            }
        }
    }

    /** Frees what a failed backward pass has left. */
    @Override
    public void close() {
        checkpoints.forEach(Checkpoint::close);
        checkpoints.clear();
    }
}
