package org.casdm.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.util.stream.IntStream;
import org.casdm.diffusion.NoiseLevels.Spacing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NoiseLevelsTest {

    private static final NoiseSchedule SCHEDULE = NoiseSchedule.cosine(100);

    private static double[] timesteps(NoiseLevels levels) {
        return IntStream.range(0, levels.count())
                .mapToDouble(i -> levels.level(i).timestep())
                .toArray();
    }

    @Test
    void respacedLevels_areTheTimestepsOfTheRespacing() {
        var levels = NoiseLevels.ofHeun(SCHEDULE, Spacing.RESPACED, Respacing.parse("2,3"));
        assertThat(timesteps(levels)).containsExactly(99, 74, 50, 49, 0);
        assertThat(levels.level(1).alphaBar()).isEqualTo(SCHEDULE.alphaBar(74), offset(1e-15));
    }

    @ParameterizedTest
    @EnumSource(Spacing.class)
    void levelsFallToZero(Spacing spacing) {
        for (var levels : new NoiseLevels[] {
            NoiseLevels.ofHeun(SCHEDULE, spacing, Respacing.parse("7")),
            NoiseLevels.ofMultistep(SCHEDULE, spacing, Respacing.parse("7"))
        }) {
            assertThat(levels.count()).isEqualTo(7);
            for (int i = 0; i < 7; i++) {
                assertThat(levels.sigma(i + 1)).isLessThan(levels.sigma(i));
            }
            assertThat(levels.sigma(7)).isZero();
        }
    }

    /** Where each timestep is visited, interpolation finds the timesteps themselves. */
    @Test
    void everyTimestep_isVisitedAsItIs() {
        assertThat(timesteps(NoiseLevels.ofHeun(SCHEDULE, Spacing.UNIFORM, Respacing.everyTimestep())))
                .isEqualTo(IntStream.range(0, 100).mapToDouble(i -> 99 - i).toArray());
    }

    @Test
    void spacingsByNumber_rejectOtherRespacings() {
        assertThatThrownBy(() -> NoiseLevels.ofHeun(SCHEDULE, Spacing.KARRAS, Respacing.parse("ddim50")))
                .hasMessageContaining("karras")
                .hasMessageContaining("ddim50")
                .hasMessageContaining("respaced");
        assertThatThrownBy(() -> NoiseLevels.ofMultistep(SCHEDULE, Spacing.UNIFORM, Respacing.parse("1")))
                .hasMessageContaining("2 to 100");
    }
}
