package org.casdm.network.nd4j.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Products whose result for an image does not depend on the images beside it, not even in the last bit.
 *
 * <p>A BLAS computes the rows that are left over at the edge of its blocks by other code than the rest, and oneDNN
 * chooses its code by the number of rows: in a product over a whole batch, the last bits of a row depend on the size of
 * the batch and on the row's place in it. Here each image is a product of its own, so its shape, and with it every
 * choice of the library, is the same in any batch. Images are drawn, compared and described by such products; training
 * multiplies whole batches.
 */
public final class ImageProducts {

    /** Multiplications from which on the images are shared out: waking a thread costs as much as so many. */
    private static final long SHARED = 1 << 20;

    private static final Parallel CALLER = new Parallel(1);

    static {
        BlasThreads.stayInCallersThreads();
    }

    private ImageProducts() {}

    /** As the other {@code multiply}, in the calling thread. */
    public static void multiply(INDArray input, INDArray weight, INDArray output) {
        multiply(CALLER, input, weight, output);
    }

    /**
     * output = input · weight, image by image on host memory in float32. Other arrays are multiplied as they are: on
     * GPUs and in double precision nothing is promised about last bits.
     *
     * @param input [images, ..., terms], dense in C order
     * @param weight [terms, columns], likewise
     * @param output [images, ..., columns], likewise
     */
    public static void multiply(Parallel parallel, INDArray input, INDArray weight, INDArray output) {
        if (!HostMemory.isOnHost(input)) {
            Operations.multiply(Operations.rows(input), false, weight, false, 1, 0, Operations.rows(output));
            return;
        }
        int images = (int) input.size(0);
        int terms = (int) weight.size(0);
        int columns = (int) weight.size(1);
        int rows = (int) (input.length() / images / terms);
        var a = HostMemory.pointer(input);
        var b = HostMemory.pointer(weight);
        var c = HostMemory.pointer(output);
        parallel.forEach(images, input.length() * columns < SHARED, image -> {
            var from = a.getPointer((long) image * rows * terms);
            var to = c.getPointer((long) image * rows * columns);
            if (rows == 1) {
                HostProducts.multiplyRow(columns, terms, from, b, to);
            } else {
                HostProducts.multiply(rows, columns, terms, 1, from, terms, b, columns, false, to, columns);
            }
        });
    }
}
