package org.casdm.job.inspect;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.casdm.tensor.FloatSink;
import org.casdm.tensor.TensorInfo;

/** Sums up a tensor that streams by. */
final class NormSink implements FloatSink {

    private final TensorInfo info;
    private double squares;
    private long notFinite;

    NormSink(TensorInfo info) {
        this.info = info;
    }

    @Override
    public void accept(FloatBuffer chunk) {
        while (chunk.hasRemaining()) {
            double value = chunk.get();
            if (Double.isFinite(value)) {
                squares += value * value;
            } else {
                notFinite++;
            }
        }
    }

    TensorSummary summary() {
        return new TensorSummary(
                info.name(),
                info.type().name(),
                Arrays.stream(info.shape()).boxed().toList(),
                info.elementCount(),
                Math.sqrt(squares),
                notFinite);
    }
}
