package org.casdm.testing;

import org.casdm.engine.Engine;
import org.casdm.engine.libtorch.LibTorchEngine;
import org.casdm.engine.nd4j.Nd4jEngine;

/** Engines by name, for tests that hold for each. */
public final class Engines {

    private Engines() {}

    /** An engine by its name in configuration files. */
    public static Engine named(String name) {
        return switch (name) {
            case Nd4jEngine.NAME -> new Nd4jEngine();
            case LibTorchEngine.NAME -> new LibTorchEngine();
            default -> throw new IllegalArgumentException(name);
        };
    }
}
