package org.casdm.job.sample.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.casdm.data.shard.DatasetDescription;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClassCycleTest {

    @Test
    void classesTakeTurns() {
        assertThat(ClassCycle.parse(Optional.of("all"), 3).labels(2, 4)).containsExactly(2, 0, 1, 2);
        assertThat(ClassCycle.parse(Optional.of("7, 1"), 10).labels(0, 3)).containsExactly(7, 1, 7);
    }

    @Test
    void aModelWithoutClassesHasNoLabels() {
        var none = ClassCycle.parse(Optional.empty(), 0);
        assertThat(none.labels(0, 3)).isNull();
        assertThat(none.label(5)).isEqualTo(DatasetDescription.NO_LABEL);
        assertThatThrownBy(() -> ClassCycle.parse(Optional.of("all"), 0)).hasMessageContaining("without class");
    }

    @Test
    void aModelWithClassesNeedsThem() {
        assertThatThrownBy(() -> ClassCycle.parse(Optional.empty(), 10))
                .hasMessageContaining("10 classes")
                .hasMessageContaining("--classes=all");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10", "-1", "one", "1,,2", "", "99999999999"})
    void wrongClassesAreNamed(String text) {
        assertThatThrownBy(() -> ClassCycle.parse(Optional.of(text), 10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 to 9");
    }
}
