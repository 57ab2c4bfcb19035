package org.casdm.engine.libtorch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.casdm.engine.Arithmetic.Precision;
import org.casdm.engine.Device;
import org.casdm.engine.libtorch.tensor.Target;
import org.casdm.lpips.LpipsExamples;
import org.casdm.lpips.LpipsSpec;
import org.casdm.lpips.LpipsSpec.Resize;
import org.casdm.lpips.Trunk;
import org.casdm.testing.Formula;
import org.casdm.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Distances and gradients against lpips 0.1.4. */
class LibTorchLpipsGoldenIT {

    private static final int IMAGES = 2;

    private final Target target = Target.of(Device.cpu(), Precision.FLOAT32);

    @ParameterizedTest
    @EnumSource(Trunk.class)
    void equalsTheReference(Trunk trunk) {
        var golden = Golden.load("lpips_" + trunk.name().toLowerCase(Locale.ROOT) + "_formula");
        try (var scope = new PointerScope();
                var lpips = lpips(trunk, Resize.NONE)) {
            check(lpips, golden, "size64", 64, golden.doubles("size64.grad"));
        }
    }

    @Test
    void equalsTheReferenceResized() {
        var golden = Golden.load("lpips_vgg_formula");
        try (var scope = new PointerScope();
                var lpips = lpips(Trunk.VGG, Resize.TO_224)) {
            check(lpips, golden, "resized224", 32, null);
        }
    }

    private LibTorchLpips lpips(Trunk trunk, Resize resize) {
        return new LibTorchLpips(new LpipsSpec(trunk, resize), LpipsExamples.formulaWeights(trunk), target);
    }

    private void check(LibTorchLpips lpips, Golden golden, String part, int size, double[] gradient) {
        var first = images("golden.lpips.a", size);
        var second = images("golden.lpips.b", size);

        var comparison = lpips.withGradient(first, second);

        assertThat(Golden.relativeError(values(comparison.distances()), golden.doubles(part + ".distance")))
                .isLessThan(1e-4);
        assertThat(Golden.relativeError(values(lpips.layerDistances(first, second)), golden.doubles(part + ".layers")))
                .isLessThan(1e-4);
        if (gradient != null) {
            assertThat(Golden.relativeError(values(comparison.gradient()), gradient))
                    .isLessThan(1e-3);
        }
    }

    private Tensor images(String name, int size) {
        var pixels = Formula.images(name, IMAGES, size);
        var values = new float[pixels.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (pixels[i] / 127.5 - 1);
        }
        return target.upload(values, 0, IMAGES, 3, size, size);
    }

    private static float[] values(Tensor tensor) {
        var values = new float[Math.toIntExact(tensor.numel())];
        Target.download(tensor, values, 0);
        return values;
    }
}
