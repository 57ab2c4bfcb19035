package org.casdm.job.rounds.average;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class OuterOptimizerTest {

    private static ByteBuffer bytes(float... values) {
        var bytes = ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }

    private static float[] floats(ByteBuffer bytes) {
        var values = new float[bytes.remaining() / Float.BYTES];
        bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    /**
     * torch.optim.SGD(lr=0.7, momentum=0.9, nesterov=True) of PyTorch 2.15 in float64, from 1 and -2, with gradients
     * (0.5, -0.25), (-0.125, 1), (0.0625, 0.5).
     */
    @Test
    void step_isPyTorchsSgdWithNesterovsMomentum() {
        float[][] gradients = {{0.5f, -0.25f}, {-0.125f, 1}, {0.0625f, 0.5f}};
        double[][] expected = {{0.335, -1.6675}, {0.21775, -2.85575}, {-0.04965, -3.960175}};
        float[] theta = {1, -2};
        var momentum = bytes(0, 0);
        var outer = new OuterOptimizer(0.7, 0.9);
        for (int round = 0; round < gradients.length; round++) {
            var average = bytes(theta[0] - gradients[round][0], theta[1] - gradients[round][1]);
            var after = bytes(9, 9);
            outer.step(average, bytes(theta), momentum, after);
            momentum = after;
            theta = floats(average);
            assertThat((double) theta[0]).isCloseTo(expected[round][0], within(1e-6));
            assertThat((double) theta[1]).isCloseTo(expected[round][1], within(1e-6));
        }
    }

    @Test
    void longBlocks_areSteppedWhole() {
        int length = 5001;
        var start = new float[length];
        var mean = new float[length];
        var expected = new float[length];
        for (int i = 0; i < length; i++) {
            start[i] = i;
            mean[i] = i + 1;
            expected[i] = i + 0.75f;
        }
        var average = bytes(mean);
        var after = bytes(new float[length]);
        new OuterOptimizer(0.5, 0.5).step(average, bytes(start), bytes(new float[length]), after);
        assertThat(floats(after)).containsOnly(-1);
        assertThat(floats(average)).containsExactly(expected);
    }

    @Test
    void settingsOutOfRange_areRefused() {
        assertThatThrownBy(() -> new OuterOptimizer(0, 0.9)).hasMessageContaining("not 0.0 and 0.9");
        assertThatThrownBy(() -> new OuterOptimizer(1, 1)).hasMessageContaining("not 1.0 and 1.0");
        assertThat(new OuterOptimizer(1, 0).isNone()).isTrue();
        assertThat(new OuterOptimizer(1, 0.5).isNone()).isFalse();
    }
}
