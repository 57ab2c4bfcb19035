package org.casdm.checkpoint;

import java.math.BigDecimal;
import java.util.OptionalDouble;

/** The names of the files of a checkpoint. */
public final class CheckpointFiles {

    /** The parameters. */
    public static final String MODEL = "model.safetensors";
    /** The optimizer's moments. */
    public static final String OPTIMIZER = "optimizer.safetensors";
    /** The momentum of the outer optimizer, of runs that have one. */
    public static final String OUTER_OPTIMIZER = "outer-optimizer.safetensors";
    /** The losses of timesteps that are sampled by importance. */
    public static final String TIMESTEPS = "timesteps.safetensors";
    /** What makes the folder a checkpoint; written last. */
    public static final String STATE = "state.json";

    private static final String AVERAGE_PREFIX = "ema-";
    private static final String POWER_PREFIX = "ema-std-";
    private static final String SUFFIX = ".safetensors";

    private CheckpointFiles() {}

    /**
     * The file of the exponential moving average of the parameters, as {@code ema-0.9999.safetensors}.
     *
     * @param rate the share of the old average that stays at each step, in [0, 1)
     */
    public static String exponentialMovingAverage(double rate) {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException("the rate of a moving average lies in [0, 1): " + rate);
        }
        var plain =
                rate == 0 ? "0" : BigDecimal.valueOf(rate).stripTrailingZeros().toPlainString();
        return AVERAGE_PREFIX + plain + SUFFIX;
    }

    /**
     * The file of a power-function average, as {@code ema-std-0.05.safetensors}.
     *
     * @param std its relative standard deviation
     */
    public static String powerFunctionAverage(double std) {
        return POWER_PREFIX + BigDecimal.valueOf(std).stripTrailingZeros().toPlainString() + SUFFIX;
    }

    /** The relative standard deviation in the name of a power-function average's file; empty for other files. */
    public static OptionalDouble powerFunctionAverageStd(String fileName) {
        if (!fileName.startsWith(POWER_PREFIX) || !fileName.endsWith(SUFFIX)) {
            return OptionalDouble.empty();
        }
        var text = fileName.substring(POWER_PREFIX.length(), fileName.length() - SUFFIX.length());
        return text.matches("0\\.[0-9]+") ? OptionalDouble.of(Double.parseDouble(text)) : OptionalDouble.empty();
    }

    /** The rate in the name of a moving average's file; empty for other files. */
    public static OptionalDouble exponentialMovingAverageRate(String fileName) {
        if (!fileName.startsWith(AVERAGE_PREFIX)
                || !fileName.endsWith(SUFFIX)
                || fileName.length() <= AVERAGE_PREFIX.length() + SUFFIX.length()) {
            return OptionalDouble.empty();
        }
        var text = fileName.substring(AVERAGE_PREFIX.length(), fileName.length() - SUFFIX.length());
        return text.matches("0(\\.[0-9]+)?") ? OptionalDouble.of(Double.parseDouble(text)) : OptionalDouble.empty();
    }
}
