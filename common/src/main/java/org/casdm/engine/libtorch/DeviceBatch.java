package org.casdm.engine.libtorch;

import org.bytedeco.pytorch.Tensor;
import org.casdm.engine.Batch;
import org.casdm.engine.libtorch.tensor.Target;
import org.casdm.engine.libtorch.tensor.Tensors;

/**
 * A batch whose images are on the device.
 *
 * @param batch on the heap
 * @param x0 images [images, channels, height, width]
 * @param epsilon noise of the same shape
 */
record DeviceBatch(Batch batch, Tensor x0, Tensor epsilon) implements AutoCloseable {

    /** Brings it there; on a GPU the copies wait for what it computes, and the caller for neither. */
    static DeviceBatch of(Batch batch, Target target) {
        return new DeviceBatch(batch, upload(batch.x0(), batch, target), upload(batch.epsilon(), batch, target));
    }

    private static Tensor upload(float[] values, Batch batch, Target target) {
        return Tensors.owned(
                () -> target.uploadImages(values, 0, batch.images(), batch.size(), batch.size(), batch.channels()));
    }

    @Override
    public void close() {
        Tensors.free(x0, epsilon);
    }
}
