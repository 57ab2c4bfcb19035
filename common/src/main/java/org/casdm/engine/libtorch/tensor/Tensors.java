package org.casdm.engine.libtorch.tensor;

import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Lifetimes of tensors, and the operations whose calls are long in Java. A tensor's Java object keeps the native memory;
 * without a scope it would wait for the garbage collector, which knows nothing of its size.
 */
public final class Tensors {

    private Tensors() {}

    /** Something with intermediate tensors, which are freed at its end; the result stays, the caller's to close. */
    public static <P extends Pointer> P owned(Supplier<P> work) {
        try (var scope = new PointerScope()) {
            P result = work.get();
            result.retainReference();
            return result;
        }
    }

    /** Something with intermediate tensors, which are freed at its end; the result belongs to the scope around it. */
    public static Tensor kept(Supplier<Tensor> work) {
        var result = owned(work);
        var outer = PointerScope.getInnerScope();
        if (outer != null) {
            outer.attach(result);
            result.releaseReference();
        }
        return result;
    }

    /** Something that no gradient is asked of; lifetimes as in {@link #kept}. */
    public static Tensor withoutGradients(Supplier<Tensor> work) {
        return kept(() -> {
            try (var guard = new NoGradGuard()) {
                return work.get();
            }
        });
    }

    public static void free(Pointer... owned) {
        for (var pointer : owned) {
            if (pointer != null) {
                pointer.releaseReference();
            }
        }
    }

    public static Scalar scalar(double value) {
        return new Scalar(value);
    }

    public static Tensor concatenate(long dimension, Tensor... tensors) {
        return torch.cat(new TensorVector(tensors), dimension);
    }

    public static Tensor convolve(Tensor input, Tensor kernel, Tensor bias, long stride, long... padding) {
        long[] strides = {stride, stride};
        long[] paddings = padding.length == 1 ? new long[] {padding[0], padding[0]} : padding;
        return torch.conv2d(input, kernel, new TensorOptional(bias), strides, paddings, new long[] {1, 1}, 1);
    }

    public static Tensor linear(Tensor input, Tensor matrix, Tensor bias) {
        return torch.linear(input, matrix, new TensorOptional(bias));
    }

    /** The sum over some dimensions. */
    public static Tensor sum(Tensor tensor, long... dimensions) {
        return tensor.sum(dimensions, false, new ScalarTypeOptional());
    }

    /** The mean over some dimensions. */
    public static Tensor mean(Tensor tensor, long... dimensions) {
        return tensor.mean(dimensions, false, new ScalarTypeOptional());
    }
}
