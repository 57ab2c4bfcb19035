package org.casdm.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.casdm.network.Parameter;
import org.casdm.network.UNetParameters;

/** A network's gradient against a golden file's: the norm of each parameter's, and some whole. */
public final class GoldenGradients {

    private static final double TOLERANCE = 1e-3;

    private GoldenGradients() {}

    /**
     * Checks a gradient.
     *
     * @param prefix of the names in the file: empty, or the network's and a dot
     * @param gradient in memory's layout, the network's from {@code start}
     * @param negligible part of the largest norm that is rounding alone: with one channel a group, the bias before a norm
     *        has no influence
     */
    public static void check(
            Golden golden, String prefix, UNetParameters layout, float[] gradient, int start, double negligible) {
        double largest = layout.all().stream()
                .mapToDouble(parameter -> golden.scalar("gradnorm." + prefix + parameter.name()))
                .max()
                .orElseThrow();
        int whole = 0;
        for (var parameter : layout.all()) {
            String name = prefix + parameter.name();
            var values = inFileLayout(parameter, gradient, start);
            double squares = 0;
            for (double value : values) {
                squares += value * value;
            }
            double reference = golden.scalar("gradnorm." + name);
            double bound = TOLERANCE * reference + negligible * largest;
            assertThat(Math.abs(Math.sqrt(squares) - reference)).as(name).isLessThanOrEqualTo(bound);
            if (golden.has("grad." + name)) {
                whole++;
                double error = Golden.relativeError(values, golden.doubles("grad." + name));
                assertThat(error * reference).as(name).isLessThanOrEqualTo(bound);
            }
        }
        assertThat(whole > 0 || golden.has("grad.x")).isTrue();
    }

    /**
     * Checks the norms of a network's gradient alone.
     *
     * @param prefix of the norms' names in the file
     * @param gradient in memory's layout
     * @param negligible part of the largest norm that is rounding alone
     */
    public static void checkNorms(
            Golden golden, String prefix, UNetParameters layout, float[] gradient, double negligible) {
        double largest = layout.all().stream()
                .mapToDouble(parameter -> golden.scalar(prefix + parameter.name()))
                .max()
                .orElseThrow();
        for (var parameter : layout.all()) {
            double squares = 0;
            for (double value : inFileLayout(parameter, gradient, 0)) {
                squares += value * value;
            }
            double reference = golden.scalar(prefix + parameter.name());
            assertThat(Math.abs(Math.sqrt(squares) - reference))
                    .as(parameter.name())
                    .isLessThanOrEqualTo(TOLERANCE * reference + negligible * largest);
        }
    }

    /** A parameter of a flat vector in PyTorch's layout. */
    public static double[] inFileLayout(Parameter parameter, float[] vector, int start) {
        var file = new float[Math.toIntExact(parameter.length())];
        parameter.toFile(vector, Math.toIntExact(start + parameter.offset()), file);
        return Golden.doubles(file);
    }
}
