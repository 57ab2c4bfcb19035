package org.casdm.job.rounds.average;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * Takes the average of a round as the step of an optimizer with Nesterov's momentum over rounds: DiLoCo (Douillard et
 * al. 2023, arXiv 2311.08105), in the form of PyTorch's SGD. With θ the round's start, θ̄ the workers' average and v the
 * momentum, which begins with 0:
 *
 * <pre>
 * g = θ - θ̄
 * v' = momentum · v + g
 * θ' = θ - learningRate · (g + momentum · v')
 * </pre>
 *
 * Each is computed in double precision and rounded once.
 *
 * @param learningRate above 0
 * @param momentum     from 0 to below 1
 */
public record OuterOptimizer(double learningRate, double momentum) implements Serializable {

    /** The average is the next round's start. */
    public static final OuterOptimizer NONE = new OuterOptimizer(1, 0);

    private static final int PIECE = 2048;

    public OuterOptimizer {
        if (!(learningRate > 0) || !(momentum >= 0 && momentum < 1)) {
            throw new IllegalArgumentException(
                    "the outer learning rate is above 0, the momentum from 0 to below 1, not " + learningRate + " and "
                            + momentum);
        }
    }

    /** Whether it changes nothing: then it is not to be called, as it rounds. */
    public boolean isNone() {
        return equals(NONE);
    }

    /**
     * One step. All buffers are float32, little-endian, of the same length; their positions stay.
     *
     * @param average     θ̄; receives θ'
     * @param start       θ
     * @param momentumIn  v
     * @param momentumOut receives v'
     */
    void step(ByteBuffer average, ByteBuffer start, ByteBuffer momentumIn, ByteBuffer momentumOut) {
        FloatBuffer averages = floats(average);
        FloatBuffer starts = floats(start);
        FloatBuffer before = floats(momentumIn);
        FloatBuffer after = floats(momentumOut);
        int length = averages.remaining();
        var theta = new float[PIECE];
        var mean = new float[PIECE];
        var v = new float[PIECE];
        for (int done = 0; done < length; done += PIECE) {
            int count = Math.min(PIECE, length - done);
            starts.get(theta, 0, count);
            averages.get(done, mean, 0, count);
            before.get(v, 0, count);
            for (int i = 0; i < count; i++) {
                double gradient = (double) theta[i] - mean[i];
                v[i] = (float) (momentum * v[i] + gradient);
                theta[i] = (float) (theta[i] - learningRate * (gradient + momentum * v[i]));
            }
            averages.put(theta, 0, count);
            after.put(v, 0, count);
        }
    }

    private static FloatBuffer floats(ByteBuffer bytes) {
        return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }
}
