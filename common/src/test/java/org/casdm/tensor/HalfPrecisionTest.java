package org.casdm.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HalfPrecisionTest {

    @Test
    void everyFloat16SurvivesTheWayThroughFloat() {
        for (var bits = 0; bits < 1 << 16; bits++) {
            var value = HalfPrecision.fromFloat16((short) bits);
            if (Float.isNaN(value)) {
                assertThat(HalfPrecision.fromFloat16(HalfPrecision.toFloat16(value)))
                        .isNaN();
            } else {
                assertThat(HalfPrecision.toFloat16(value)).isEqualTo((short) bits);
            }
        }
    }

    @Test
    void everyBfloat16SurvivesTheWayThroughFloat() {
        for (var bits = 0; bits < 1 << 16; bits++) {
            var value = HalfPrecision.fromBfloat16((short) bits);
            if (Float.isNaN(value)) {
                assertThat(HalfPrecision.fromBfloat16(HalfPrecision.toBfloat16(value)))
                        .isNaN();
            } else {
                assertThat(HalfPrecision.toBfloat16(value)).isEqualTo((short) bits);
            }
        }
    }

    @Test
    void knownValues() {
        assertThat(HalfPrecision.fromFloat16((short) 0x3c00)).isEqualTo(1f);
        assertThat(HalfPrecision.fromFloat16((short) 0x7bff)).isEqualTo(65504f);
        assertThat(HalfPrecision.fromFloat16((short) 0x8001)).isEqualTo(-0x1p-24f);
        assertThat(HalfPrecision.fromFloat16((short) 0xfc00)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(HalfPrecision.fromBfloat16((short) 0x3f80)).isEqualTo(1f);
    }

    @Test
    void valuesBetweenTwoFloat16RoundToTheNearestAndTiesToEven() {
        for (var bits = 0; bits < 0x7bff; bits++) {
            var below = HalfPrecision.fromFloat16((short) bits);
            var above = HalfPrecision.fromFloat16((short) (bits + 1));
            // Exact: a float has more bits than two neighbours need.
            var middle = (below + above) / 2;
            var even = (short) (bits % 2 == 0 ? bits : bits + 1);
            assertThat(HalfPrecision.toFloat16(middle)).isEqualTo(even);
            assertThat(HalfPrecision.toFloat16(Math.nextDown(middle))).isEqualTo((short) bits);
            assertThat(HalfPrecision.toFloat16(Math.nextUp(middle))).isEqualTo((short) (bits + 1));
        }
        assertThat(HalfPrecision.toFloat16(Math.nextDown(65520f))).isEqualTo((short) 0x7bff);
        assertThat(HalfPrecision.toFloat16(65520f)).isEqualTo((short) 0x7c00);
    }

    @Test
    void valuesBetweenTwoBfloat16RoundToTheNearestAndTiesToEven() {
        assertThat(HalfPrecision.toBfloat16(Float.intBitsToFloat(0x3f808000))).isEqualTo((short) 0x3f80);
        assertThat(HalfPrecision.toBfloat16(Float.intBitsToFloat(0x3f808001))).isEqualTo((short) 0x3f81);
        assertThat(HalfPrecision.toBfloat16(Float.intBitsToFloat(0x3f818000))).isEqualTo((short) 0x3f82);
        assertThat(HalfPrecision.toBfloat16(-Float.MAX_VALUE)).isEqualTo((short) 0xff80);
    }
}
