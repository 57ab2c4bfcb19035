package org.casdm.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.casdm.sampling.SamplerExamples.DDPM;
import static org.casdm.sampling.SamplerExamples.IMAGE;
import static org.casdm.sampling.SamplerExamples.image;
import static org.casdm.sampling.SamplerExamples.model;
import static org.casdm.sampling.SamplerExamples.parameters;
import static org.casdm.sampling.SamplerExamples.sampler;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.casdm.cascade.ModelSpec.Kind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/** Images drawn in batches of several sizes. */
class SamplerBatchIT {

    /** On one thread to the last bit, for batches of 1, 3 and 16 among others. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void imagesDoNotDependOnTheBatch(Kind kind) {
        var model = model(kind, 3);
        int[] labels = IntStream.range(0, 16).map(i -> i % 3).toArray();
        try (var oneThread = new OneNativeThread();
                var sampler = sampler(model, parameters(model), DDPM, 1)) {
            var together = sampler.sample(100, 16, labels);
            assertThat(together).hasSize(16 * IMAGE);
            assertThat(image(together, 0)).isNotEqualTo(image(together, 3));
            for (int batch : new int[] {1, 3, 7}) {
                for (int first = 0; first < 16; first += batch) {
                    int end = Math.min(first + batch, 16);
                    assertThat(sampler.sample(100 + first, end - first, Arrays.copyOfRange(labels, first, end)))
                            .as("images %d to %d", first, end)
                            .isEqualTo(Arrays.copyOfRange(together, first * IMAGE, end * IMAGE));
                }
            }
        }
    }

    /** OpenMP keeps its number of threads for each calling thread: one, then as it was. */
    private static final class OneNativeThread implements AutoCloseable {

        private final NativeOps natives;
        private final int before;

        OneNativeThread() {
            Nd4j.create(1);
            natives = NativeOpsHolder.getInstance().getDeviceNativeOps();
            before = natives.ompGetMaxThreads();
            natives.setOmpNumThreads(1);
        }

        @Override
        public void close() {
            natives.setOmpNumThreads(before);
        }
    }
}
