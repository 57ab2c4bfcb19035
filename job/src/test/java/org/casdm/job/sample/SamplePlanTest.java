package org.casdm.job.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.casdm.job.sample.folder.SampleRange;
import org.junit.jupiter.api.Test;

class SamplePlanTest {

    private static SampleRange range(long first, int count) {
        return new SampleRange(first, count);
    }

    @Test
    void aNewFolderIsCutEvenly() {
        assertThat(SamplePlan.missing(List.of(), 10, 4)).containsExactly(range(0, 4), range(4, 4), range(8, 2));
        assertThat(SamplePlan.missing(List.of(), 3, 4)).containsExactly(range(0, 3));
    }

    @Test
    void onlyWhatIsMissingIsDrawn() {
        var present = List.of(range(0, 4), range(8, 2));
        assertThat(SamplePlan.missing(present, 10, 4)).containsExactly(range(4, 4));
        assertThat(SamplePlan.missing(present, 17, 4))
                .containsExactly(range(4, 4), range(10, 2), range(12, 4), range(16, 1));
        assertThat(SamplePlan.missing(List.of(range(0, 10)), 10, 4)).isEmpty();
    }

    @Test
    void aLaterLengthFitsToEarlierParts() {
        assertThat(SamplePlan.missing(List.of(range(0, 4), range(4, 4)), 12, 5))
                .containsExactly(range(8, 2), range(10, 2));
    }

    @Test
    void lengthsFollowFromTheCount() {
        assertThat(SamplePlan.length(1, 16)).isEqualTo(8);
        assertThat(SamplePlan.length(16, 16)).isEqualTo(8);
        assertThat(SamplePlan.length(10_000, 16)).isEqualTo(48);
        assertThat(SamplePlan.length(50_000, 16)).isEqualTo(208);
        assertThat(SamplePlan.length(50_000, 256)).isEqualTo(196);
        assertThat(SamplePlan.length(10_000_000, 16)).isEqualTo(1024);
    }
}
