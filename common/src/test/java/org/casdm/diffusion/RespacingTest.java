package org.casdm.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.casdm.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RespacingTest {

    @ParameterizedTest
    @CsvSource({"1000,ddim50", "1000,'10,15,20'", "4000,250", "1000,25"})
    void agreesWithReference(int steps, String text) {
        var golden = Golden.load("schedule");
        var prefix = "space.linear" + steps + "." + text + ".";
        var respaced = Respacing.parse(text).apply(NoiseSchedule.linear(steps));
        assertThat(Arrays.stream(respaced.originalTimesteps()).asLongStream().toArray())
                .containsExactly(golden.longs(prefix + "timesteps"));
        var expected = golden.doubles(prefix + "betas");
        for (var i = 0; i < respaced.steps(); i++) {
            assertThat(respaced.schedule().beta(i)).isCloseTo(expected[i], within(1e-9 * expected[i]));
        }
        assertThat(respaced.originalSteps()).isEqualTo(steps);
    }

    @Test
    void keepsAlphaBarOfTheTimestepsKept() {
        var schedule = NoiseSchedule.cosine(4000);
        var respaced = Respacing.parse("100").apply(schedule);
        for (var i = 0; i < 100; i++) {
            var expected = schedule.alphaBar(respaced.originalTimestep(i));
            assertThat(respaced.schedule().alphaBar(i)).isCloseTo(expected, within(1e-9 * expected));
        }
    }

    @Test
    void dividesUnevenSections() {
        // 10 timesteps in 3 sections: the first is one longer. A stride of 1.5 lands on 1.5, rounded half to even.
        assertThat(Respacing.parse(" 3, 1 ,0").timesteps(10)).containsExactly(0, 2, 3, 4);
        assertThat(Respacing.parse("10").timesteps(10)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(Respacing.parse("").timesteps(3)).containsExactly(0, 1, 2);
        assertThat(Respacing.parse("ddim4").timesteps(10)).containsExactly(0, 3, 6, 9);
    }

    @Test
    void refusesWhatCannotBeDivided() {
        assertThatThrownBy(() -> Respacing.parse("ddim300").timesteps(1000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("exactly 300 of 1000");
        assertThatThrownBy(() -> Respacing.parse("10,501").timesteps(1000))
                .hasMessageContaining("section of 500 timesteps into 501");
        assertThatThrownBy(() -> Respacing.parse("1").apply(NoiseSchedule.linear(1000)))
                .hasMessageContaining("at least 2");
        assertThatThrownBy(() -> RespacedSchedule.of(NoiseSchedule.linear(30), new int[] {3, 3}))
                .hasMessageContaining("ascend");
        assertThatThrownBy(() -> RespacedSchedule.of(NoiseSchedule.linear(30), new int[] {3, 30}))
                .hasMessageContaining("0..29");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ddim", "ddim-5", "ddim5,5", "5,", "-5", "2.5", "fast"})
    void refusesOtherTexts(String text) {
        assertThatThrownBy(() -> Respacing.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + text + "\"")
                .hasMessageContaining("ddim50");
    }
}
