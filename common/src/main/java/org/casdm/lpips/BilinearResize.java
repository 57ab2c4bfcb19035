package org.casdm.lpips;

import org.casdm.network.nd4j.kernel.Operations;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Bilinear resizing with half-pixel centres, edges continued: PyTorch's {@code interpolate(mode="bilinear",
 * align_corners=False)}, without antialiasing. It is linear in rows and in columns, so it is two matrix products, and
 * its gradient the products with the transposed matrices.
 */
final class BilinearResize {

    /** [target height, height]. */
    private final INDArray rows;
    /** [width · channels, target width · channels]: the same for each channel. */
    private final INDArray columns;

    BilinearResize(int height, int width, int channels, int targetHeight, int targetWidth, DataType dataType) {
        rows = Nd4j.createFromArray(matrix(height, targetHeight)).castTo(dataType);
        var perPixel = matrix(width, targetWidth);
        var perValue = new double[width * channels][targetWidth * channels];
        for (int target = 0; target < targetWidth; target++) {
            for (int source = 0; source < width; source++) {
                for (int c = 0; c < channels; c++) {
                    perValue[source * channels + c][target * channels + c] = perPixel[target][source];
                }
            }
        }
        columns = Nd4j.createFromArray(perValue).castTo(dataType);
    }

    private static double[][] matrix(int size, int targetSize) {
        var matrix = new double[targetSize][size];
        for (int target = 0; target < targetSize; target++) {
            double place = Math.max(0, (target + 0.5) * size / targetSize - 0.5);
            int lower = Math.min((int) place, size - 1);
            int upper = Math.min(lower + 1, size - 1);
            matrix[target][lower] += 1 - (place - lower);
            matrix[target][upper] += place - lower;
        }
        return matrix;
    }

    /** Resizes images [images, height, width, channels] into {@code target}. */
    void apply(INDArray images, INDArray target) {
        for (long i = 0; i < images.size(0); i++) {
            var wide = Nd4j.createUninitialized(images.dataType(), images.size(1), columns.size(1));
            Operations.multiply(image(images, i), false, columns, false, 1, 0, wide);
            Operations.multiply(rows, false, wide, false, 1, 0, image(target, i));
            wide.close();
        }
    }

    /** The gradient of {@link #apply}: from that of the target to that of the images. */
    void applyBackward(INDArray targetGradient, INDArray gradient) {
        var columnsOfRows = rows.transpose();
        for (long i = 0; i < gradient.size(0); i++) {
            var wide = Nd4j.createUninitialized(gradient.dataType(), gradient.size(1), columns.size(1));
            Operations.multiply(columnsOfRows, false, image(targetGradient, i), false, 1, 0, wide);
            Operations.multiply(wide, false, columns, true, 1, 0, image(gradient, i));
            wide.close();
        }
    }

    /** An image as the matrix [height, width · channels]: a view. */
    private static INDArray image(INDArray images, long index) {
        return images.get(NDArrayIndex.point(index), NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.all())
                .reshape('c', images.size(1), images.size(2) * images.size(3));
    }
}
