package org.casdm.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class DivisionsTest {

    @Test
    void countsAreThePlacesOfTheBatchOrder() {
        var division = new Division(10, new BatchOrder(3, 4));
        for (int worker = 0; worker < 3; worker++) {
            long taken = 0;
            for (long image = 0; image < 100; image++) {
                assertThat(division.count(worker, image)).isEqualTo(taken);
                if (image / 4 % 3 == worker) {
                    assertThat(division.place(worker, taken)).isEqualTo(image);
                    taken++;
                }
            }
        }
    }

    @Test
    void textShowsAllFields() {
        var divisions = Divisions.start(new BatchOrder(2, 16))
                .goingOn(5120, new BatchOrder(2, 16))
                .goingOn(6400, new BatchOrder(3, 16))
                .goingOn(6448, new BatchOrder(3, 8));
        assertThat(divisions).hasToString("0:2x16 6400:3x16 6448:3x8");
        assertThat(Divisions.parse(divisions.toString())).isEqualTo(divisions);
        assertThat(divisions.since(6399)).isEqualTo(divisions);
        assertThat(divisions.since(6400)).hasToString("6400:3x16 6448:3x8");
        assertThat(divisions.since(10_000)).hasToString("6448:3x8");
        assertThatThrownBy(() -> Divisions.parse("0:2")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Divisions.parse("5:2x1 0:2x1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("out of order");
    }
}
