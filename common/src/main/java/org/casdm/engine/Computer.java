package org.casdm.engine;

import org.casdm.config.CasdmConfig.PrecisionChoice;
import org.casdm.engine.Arithmetic.Precision;

/**
 * What a task computes with.
 *
 * @param engine the engine
 * @param device one of its devices, usable
 * @param precision of products and convolutions
 */
public record Computer(Engine engine, Device device, Precision precision) {

    /** With a number of host threads. */
    public Arithmetic arithmetic(int threads) {
        return new Arithmetic(precision, threads);
    }

    /**
     * What a choice means on a device.
     *
     * @throws EngineException if the engine cannot compute so there
     */
    static Precision precision(Engine engine, Device device, PrecisionChoice choice) {
        boolean reduces = engine.precisions(device).contains(Precision.BF16);
        var precision = switch (choice) {
            case AUTO -> reduces && !device.isCpu() ? Precision.BF16 : Precision.FLOAT32;
            case FLOAT32 -> Precision.FLOAT32;
            case TF32 -> Precision.TF32;
            case BF16 -> Precision.BF16;
        };
        if (!engine.precisions(device).contains(precision)) {
            throw new EngineException("The engine " + engine.name() + " does not compute in " + Engines.text(precision)
                    + " on " + device + ": set the precision to auto or float32");
        }
        return precision;
    }

    /** To be shown: engine, device, precision. */
    @Override
    public String toString() {
        return device + " (" + engine.name() + ", " + Engines.text(precision) + ")";
    }
}
