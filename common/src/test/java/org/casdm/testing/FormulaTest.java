package org.casdm.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FormulaTest {

    private final Golden golden = Golden.load("formula");

    @Test
    void hashesNames() {
        assertThat(Long.toUnsignedString(Formula.fnv1a64("hello")))
                .isEqualTo(golden.metadata().get("fnv1a64(hello)"));
    }

    @Test
    void drawsUniformNumbers() {
        assertThat(Formula.uniform("hello", 8)).containsExactly(golden.doubles("uniform.hello"));
    }

    @Test
    void drawsNormalNumbers() {
        assertThat(Formula.normal("hello", 8)).containsExactly(golden.doubles("normal.hello"), within(1e-14));
    }

    @Test
    void makesParameters() {
        assertThat(golden.shape("param")).containsExactly(2, 3);
        assertThat(Formula.parameter("golden", "layer.weight", 2, 3)).containsExactly(golden.floats("param"));
        assertThat(Formula.parameter("golden", "layer.bias", 4)).containsExactly(golden.floats("bias"));
        assertThat(Formula.parameter("golden", "norm.weight", 4)).containsExactly(golden.floats("norm"));
    }

    @Test
    void makesImages() {
        assertThat(Arrays.stream(Formula.images("hello", 1, 4)).asLongStream().toArray())
                .containsExactly(golden.longs("image"));
    }
}
