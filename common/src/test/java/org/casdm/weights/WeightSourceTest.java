package org.casdm.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WeightSourceTest {

    static Stream<WeightSource> sources() {
        return Stream.of(
                WeightSource.random(),
                WeightSource.parse("s3a://bucket/file.pth", Optional.empty()),
                WeightSource.parse("/file.pth", Optional.of("a".repeat(64))));
    }

    @ParameterizedTest
    @MethodSource("sources")
    void travelsToExecutors(WeightSource source) throws IOException, ClassNotFoundException {
        var bytes = new ByteArrayOutputStream();
        try (var output = new ObjectOutputStream(bytes)) {
            output.writeObject(source);
        }
        try (var input = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(input.readObject()).isEqualTo(source);
        }
    }
}
