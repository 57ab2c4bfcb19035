package org.casdm.engine.nd4j;

import org.casdm.engine.PerceptualMetric;
import org.casdm.lpips.Lpips;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** {@link Lpips} between arrays of the Java heap. */
record Nd4jMetric(Lpips lpips) implements PerceptualMetric {

    private static final int COLOURS = 3;

    @Override
    public double[] distances(float[] first, float[] second, int images, int height, int width) {
        try (var a = array(first, images, height, width);
                var b = array(second, images, height, width)) {
            return lpips.distance(a, b);
        }
    }

    private static INDArray array(float[] values, int images, int height, int width) {
        return Nd4j.createFromArray(values).reshape(images, height, width, COLOURS);
    }

    @Override
    public void close() {
        lpips.close();
    }
}
