package org.casdm.engine;

import java.io.Serializable;
import org.casdm.config.CasdmConfig;
import org.casdm.config.CasdmConfig.EngineChoice;
import org.casdm.config.CasdmConfig.PrecisionChoice;

/**
 * What a user asks to compute with; {@link Engines#select} finds it on a machine.
 *
 * @param engine which engine
 * @param precision of products and convolutions
 * @param device GPU or CPU
 */
public record EngineRequest(EngineChoice engine, PrecisionChoice precision, CasdmConfig.Device device)
        implements Serializable {

    /** Whatever the machine has. */
    public static final EngineRequest AUTO =
            new EngineRequest(EngineChoice.AUTO, PrecisionChoice.AUTO, CasdmConfig.Device.AUTO);

    /** Only LibTorch computes in reduced precision. */
    public EngineRequest {
        if (engine == EngineChoice.AUTO && (precision == PrecisionChoice.TF32 || precision == PrecisionChoice.BF16)) {
            engine = EngineChoice.LIBTORCH;
        }
    }

    /** What the section {@code execution} and the training step of a configuration ask for. */
    public static EngineRequest of(CasdmConfig config) {
        var execution = config.execution();
        boolean needsLibTorch =
                config.train().accumulate() > 1 || config.train().activationCheckpointing();
        return new EngineRequest(
                execution.engine() == EngineChoice.AUTO && needsLibTorch ? EngineChoice.LIBTORCH : execution.engine(),
                execution.precision(),
                execution.device());
    }
}
