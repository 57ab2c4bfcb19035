package org.casdm.network.nd4j.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The numbers of an attention. A row of the joint array holds for each head query, key and value after another.
 *
 * @param images how many
 * @param positions rows and columns of a head's scores
 * @param heads how many
 * @param width of a head's queries, keys and values
 */
record AttentionShape(int images, int positions, int heads, int width) {

    /** @param joint [images, positions, heads · 3 · width] */
    static AttentionShape of(INDArray joint, int heads) {
        return new AttentionShape((int) joint.size(0), (int) joint.size(1), heads, (int) joint.size(2) / heads / 3);
    }

    /** Values of a position in what attention gives. */
    int channels() {
        return heads * width;
    }

    /** Values of a position in the joint array. */
    int row() {
        return 3 * channels();
    }

    /** What scores are multiplied with. */
    float scale() {
        return (float) (1 / Math.sqrt(width));
    }
}
