package org.casdm.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LabelDropoutTest {

    private static int[] dropped(LabelDropout dropout, long step, int worker) {
        var labels = new int[1000];
        Arrays.setAll(labels, i -> i % 10);
        dropout.apply(labels, step, worker);
        return labels;
    }

    @Test
    void aShareOfTheLabels_isReplaced() {
        var dropout = new LabelDropout(3, 0.2, 10);
        int replaced = 0;
        for (int step = 0; step < 20; step++) {
            int[] labels = dropped(dropout, step, 0);
            for (int i = 0; i < labels.length; i++) {
                assertThat(labels[i]).isIn(i % 10, 10);
                replaced += labels[i] == 10 ? 1 : 0;
            }
        }
        // Five standard deviations of 20000 draws.
        assertThat(replaced).isBetween(4000 - 283, 4000 + 283);
    }

    @Test
    void dependsOnSeedStepAndWorker() {
        var labels = dropped(new LabelDropout(3, 0.5, 10), 7, 1);
        assertThat(dropped(new LabelDropout(3, 0.5, 10), 7, 1)).isEqualTo(labels);
        assertThat(dropped(new LabelDropout(4, 0.5, 10), 7, 1)).isNotEqualTo(labels);
        assertThat(dropped(new LabelDropout(3, 0.5, 10), 8, 1)).isNotEqualTo(labels);
        assertThat(dropped(new LabelDropout(3, 0.5, 10), 7, 2)).isNotEqualTo(labels);
    }
}
