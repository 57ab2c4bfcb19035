package org.casdm.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.casdm.tensor.FloatSink;
import org.casdm.tensor.TensorInfo;
import org.casdm.tensor.TensorSource;
import org.casdm.tensor.TensorType;

/** Small checkpoints whose content follows from their step. */
final class CheckpointExamples {

    private static final String AVERAGE = CheckpointFiles.exponentialMovingAverage(0.9999);

    private CheckpointExamples() {}

    static TrainingState state(long step) {
        return new TrainingState(
                step,
                32 * step,
                step / 100,
                new TreeMap<>(Map.of("data", -1L, "noise", Long.MAX_VALUE)),
                "cas-dm",
                "f00d",
                2,
                16,
                List.of(0.9999, 0.99),
                Instant.parse("2026-01-02T03:04:05.678Z"),
                "0.1.0",
                new TreeMap<>(Map.of("dataset", "s3a://bucket/ä")));
    }

    static Checkpoint checkpoint(long step) {
        return new Checkpoint(
                state(step),
                List.of(
                        new CheckpointFile(
                                CheckpointFiles.MODEL,
                                Map.of("step", Long.toString(step)),
                                List.of(
                                        TensorSource.of(TensorInfo.float32("theta.weight", 2, 3), values(step, 6)),
                                        TensorSource.of(TensorInfo.float32("phi.bias", 3), values(step + 1, 3)))),
                        new CheckpointFile(
                                AVERAGE,
                                Map.of(),
                                List.of(TensorSource.of(
                                        new TensorInfo("theta.weight", TensorType.F64, new long[] {2}),
                                        values(step + 2, 2)))),
                        new CheckpointFile(CheckpointFiles.OPTIMIZER, Map.of(), List.of())));
    }

    private static float[] values(long step, int count) {
        var values = new float[count];
        for (var i = 0; i < count; i++) {
            values[i] = 1000 * step + i;
        }
        return values;
    }

    /** A loader that returns the step, having compared everything. */
    static long load(StoredCheckpoint stored) throws IOException {
        var weight = new float[6];
        var bias = new float[3];
        var average = new float[2];
        stored.read(CheckpointFiles.MODEL, info -> FloatSink.into(info.name().equals("phi.bias") ? bias : weight));
        stored.read(AVERAGE, info -> FloatSink.into(average));
        stored.read(CheckpointFiles.OPTIMIZER, info -> FloatSink.into(new float[0]));
        var step = stored.step();
        assertThat(weight).containsExactly(values(step, 6));
        assertThat(bias).containsExactly(values(step + 1, 3));
        assertThat(average).containsExactly(values(step + 2, 2));
        assertThat(stored.state()).isEqualTo(state(step));
        return step;
    }
}
