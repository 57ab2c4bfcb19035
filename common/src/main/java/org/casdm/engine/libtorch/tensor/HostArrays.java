package org.casdm.engine.libtorch.tensor;

import org.bytedeco.pytorch.Tensor;
import org.casdm.network.nd4j.kernel.HostMemory;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Frozen weights of the feature networks on a device. */
public final class HostArrays {

    private HostArrays() {}

    /** A copy of an array; the caller's to free. */
    public static Tensor upload(INDArray array, Target target) {
        return Tensors.owned(() -> copy(array, target));
    }

    /**
     * A convolution's kernel as operand of products; the caller's to free.
     *
     * @param array [height, width, in, out], or [in, out] for width 1
     */
    public static Tensor uploadKernel(INDArray array, Target target) {
        return Tensors.owned(() -> {
            var values = copy(array, target);
            var kernel = array.rank() == 2 ? values.t().unsqueeze(-1).unsqueeze(-1) : values.permute(3, 2, 0, 1);
            return target.inFormat(target.forProduct(kernel)).clone();
        });
    }

    private static Tensor copy(INDArray array, Target target) {
        var values = new float[Math.toIntExact(array.length())];
        HostMemory.download(array, values, 0);
        return target.upload(values, 0, array.shape());
    }
}
