package org.casdm.job.cli;

import org.casdm.config.CasdmConfig;
import org.casdm.config.CasdmConfig.EngineChoice;
import org.casdm.config.CasdmConfig.PrecisionChoice;
import org.casdm.engine.EngineRequest;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What computes. */
public final class EngineOptions {

    @Option(
            names = "--engine",
            paramLabel = "ENGINE",
            defaultValue = "auto",
            description =
                    "nd4j (CPU), libtorch (NVIDIA GPUs and CPU) or auto: libtorch where it finds a GPU that it can "
                            + "use, else nd4j. Default: ${DEFAULT-VALUE}.")
    private EngineChoice engine;

    @Option(
            names = "--precision",
            paramLabel = "PRECISION",
            description =
                    "Precision of matrix products and convolutions: float32, tf32, bf16, or auto: bf16 on GPUs, float32 on "
                            + "CPUs. Default: float32 for metrics, else auto.")
    private PrecisionChoice precision;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "auto",
            description = "cpu, gpu, or auto: a GPU where there is one. Default: ${DEFAULT-VALUE}.")
    private CasdmConfig.Device device;

    /**
     * What is asked for.
     *
     * @param usual the precision unless one is asked for
     */
    public EngineRequest request(CommandSpec spec, PrecisionChoice usual) {
        if (engine == EngineChoice.ND4J && (precision == PrecisionChoice.TF32 || precision == PrecisionChoice.BF16)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--engine=nd4j computes in float32 only: leave --precision out, or choose --engine=libtorch");
        }
        return new EngineRequest(engine, precision == null ? usual : precision, device);
    }
}
