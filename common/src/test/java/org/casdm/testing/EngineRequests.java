package org.casdm.testing;

import java.util.List;
import org.casdm.config.CasdmConfig;
import org.casdm.config.CasdmConfig.EngineChoice;
import org.casdm.config.CasdmConfig.PrecisionChoice;
import org.casdm.engine.Computer;
import org.casdm.engine.EngineRequest;
import org.casdm.engine.Engines;

/** The engines as tests ask for them: on the CPU in float32, whatever the machine has. */
public final class EngineRequests {

    /** ND4J. */
    public static final EngineRequest ND4J = of(EngineChoice.ND4J);

    private EngineRequests() {}

    /** The engines that tests run on. */
    public static List<EngineChoice> engines() {
        return List.of(EngineChoice.ND4J, EngineChoice.LIBTORCH);
    }

    /** An engine on the CPU in float32. */
    public static EngineRequest of(EngineChoice engine) {
        return new EngineRequest(engine, PrecisionChoice.FLOAT32, CasdmConfig.Device.CPU);
    }

    /** The same, ready to compute. */
    public static Computer computer(EngineChoice engine) {
        return Engines.select(of(engine)).cpu();
    }
}
