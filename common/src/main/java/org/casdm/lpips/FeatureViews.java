package org.casdm.lpips;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Views of features [images, height, width, channels]. */
final class FeatureViews {

    private FeatureViews() {}

    /** Images {@code from} (included) to {@code to} (excluded): a view. */
    static INDArray images(INDArray array, long from, long to) {
        if (from == 0 && to == array.size(0)) {
            return array;
        }
        return array.get(NDArrayIndex.interval(from, to), NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.all());
    }

    /** The images that gradients are asked for. */
    static INDArray firstHalf(INDArray array) {
        return images(array, 0, array.size(0) / 2);
    }

    /** [images, height, width, channels] as a matrix with a row for each pixel: a view. */
    static INDArray pixels(INDArray array) {
        return array.reshape('c', array.length() / array.size(3), array.size(3));
    }
}
