package org.casdm.engine.libtorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.cascade.ModelSpec.Kind;
import org.casdm.engine.Arithmetic;
import org.casdm.engine.Arithmetic.Precision;
import org.casdm.engine.Device;
import org.casdm.engine.TrainingExamples;
import org.casdm.testing.Golden;
import org.junit.jupiter.api.Test;

class LibTorchDenoiserTest {

    private static final int SIZE = 8;
    private static final int IMAGES = 5;

    private static float[] draw(float[] images, int count, Precision precision) {
        var model = TrainingExamples.model(Kind.DDPM, false, 0, 0, true);
        var output = new float[images.length];
        try (var parameters = new FloatPointer(TrainingExamples.state(model, 3)[0]);
                var denoiser = new LibTorchEngine()
                        .denoiser(model.theta(), parameters, Device.cpu(), new Arithmetic(precision, 1))) {
            // The parameters are read when the denoiser is made.
            parameters.fill(0);
            denoiser.forward(images, count, SIZE, 417.5, null, output);
        }
        return output;
    }

    private static float[] images() {
        return TrainingExamples.batch(TrainingExamples.model(Kind.DDPM, false, 0, 0, true), IMAGES, SIZE, 5)
                .x0();
    }

    /** To rounding: LibTorch's products may sum in another order when the number of rows changes. */
    @Test
    void anImage_dependsOnTheOthersOfItsBatchByRoundingOnly() {
        var together = draw(images(), IMAGES, Precision.FLOAT32);
        int values = together.length / IMAGES;
        for (int image = 0; image < IMAGES; image++) {
            var alone = draw(Arrays.copyOfRange(images(), image * values, (image + 1) * values), 1, Precision.FLOAT32);
            assertThat(Golden.relativeError(
                            alone, Golden.doubles(Arrays.copyOfRange(together, image * values, (image + 1) * values))))
                    .isLessThan(1e-5);
        }
    }

    @Test
    void sameImages_giveTheSameBits() {
        assertThat(draw(images(), IMAGES, Precision.FLOAT32)).isEqualTo(draw(images(), IMAGES, Precision.FLOAT32));
    }

    @Test
    void bfloat16_isNearFloat32() {
        var half = draw(images(), IMAGES, Precision.BF16);
        var single = Golden.doubles(draw(images(), IMAGES, Precision.FLOAT32));
        assertThat(Golden.relativeError(half, single)).isBetween(1e-5, 0.05);
    }

    @Test
    void otherSizes_areRejected() {
        var model = TrainingExamples.model(Kind.DDPM, false, 0, 0, true);
        try (var parameters = new FloatPointer(TrainingExamples.state(model, 3)[0]);
                var denoiser =
                        new LibTorchEngine().denoiser(model.theta(), parameters, Device.cpu(), Arithmetic.float32(1))) {
            assertThatThrownBy(() -> denoiser.forward(new float[27], 1, 3, 0, null, new float[27]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("The network takes [images, height, width, 3] with sides that are multiples of 2, not"
                            + " [1, 3, 3, 3]");
        }
    }
}
