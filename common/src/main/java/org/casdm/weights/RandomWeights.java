package org.casdm.weights;

import java.util.SplittableRandom;
import org.casdm.network.Parameter;

/** Untrained weights in place of published ones, the same on every machine: to try things out without files. */
public final class RandomWeights {

    private static final long SEED = 20240205;

    private RandomWeights() {}

    /**
     * The values of a parameter in the file's layout, by its initialisation: drawn in the file's order of elements from
     * a {@link SplittableRandom} that is seeded with 20240205 plus the {@link String#hashCode} of the parameter's name.
     */
    public static float[] values(Parameter parameter) {
        var values = new float[Math.toIntExact(parameter.length())];
        var generator = new SplittableRandom(SEED + parameter.name().hashCode());
        parameter.initialisation().fill(values, 0, values.length, generator);
        return values;
    }
}
