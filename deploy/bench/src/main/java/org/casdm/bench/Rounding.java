package org.casdm.bench;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Numbers as people read them. */
final class Rounding {

    private Rounding() {}

    /** Rounded to some digits after the point. */
    static double digits(double value, int digits) {
        return BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_UP).doubleValue();
    }
}
