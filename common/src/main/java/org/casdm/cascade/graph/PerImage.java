package org.casdm.cascade.graph;

import java.util.function.IntToDoubleFunction;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Helpers for arrays [images, height, width, channels]. */
final class PerImage {

    private PerImage() {}

    /** A coefficient of the schedule at each image's timestep, [images, 1, 1, 1]. */
    static INDArray coefficient(INDArray timesteps, INDArray like, IntToDoubleFunction ofTimestep) {
        int[] steps = timesteps.toIntVector();
        var values = new double[steps.length];
        for (int i = 0; i < steps.length; i++) {
            values[i] = ofTimestep.applyAsDouble(steps[i]);
        }
        return Nd4j.createFromArray(values).castTo(like.dataType()).reshape(values.length, 1, 1, 1);
    }

    /** Channels from (included) to (excluded): a view. */
    static INDArray channels(INDArray array, long from, long to) {
        return array.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(from, to));
    }

    /** The mean of the squares of each image's values, [images]. */
    static INDArray meanSquare(INDArray array) {
        return array.mul(array).mean(1, 2, 3);
    }

    /** Number of values of one image. */
    static long valuesPerImage(INDArray array) {
        return array.length() / array.size(0);
    }

    /** A column of an [images, terms] array as [images, 1, 1, 1]. */
    static INDArray column(INDArray terms, int index) {
        return terms.get(NDArrayIndex.all(), NDArrayIndex.interval(index, index + 1))
                .dup('c')
                .reshape(terms.size(0), 1, 1, 1);
    }

    static INDArray[] zerosLike(INDArray[] arrays) {
        var zeros = new INDArray[arrays.length];
        for (int i = 0; i < arrays.length; i++) {
            zeros[i] = Nd4j.zerosLike(arrays[i]);
        }
        return zeros;
    }
}
