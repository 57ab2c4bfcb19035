package org.casdm.tensor.npy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TimeZone;
import org.casdm.tensor.SeekableInput;
import org.casdm.tensor.TensorFormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against files that NumPy 2 wrote, and ours read again. */
class NpzFileTest {

    @ParameterizedTest
    @ValueSource(strings = {"stored.npz", "deflated.npz"})
    void readsWhatNumPyWrites(String file) throws IOException {
        try (var npz = new NpzFile(resource(file))) {
            assertThat(npz.names())
                    .containsExactly("bytes", "fortran", "scalar", "big", "half", "flag", "long", "empty", "unsigned");
            assertThat(npz.array("bytes").readAll()).containsExactly(0, 1, 2, 3, 4, 5);
            assertThat(npz.header("bytes")).isEqualTo(NpyHeader.of(NpyType.UINT8, 2, 3));
            assertThat(npz.header("fortran").fortranOrder()).isTrue();
            assertThat(npz.array("fortran").readAll()).containsExactly(counting(24));
            assertThat(npz.header("scalar").shape()).isEmpty();
            assertThat(npz.array("scalar").readAll()).containsExactly(2.5);
            assertThat(npz.array("big").readAll()).containsExactly(1, -2, 70000);
            assertThat(npz.array("half").readAll()).containsExactly(0.5, -2, 65504);
            assertThat(npz.array("flag").readAll()).containsExactly(1, 0);
            assertThat(npz.array("long").readAll()).containsExactly(1L << 40, -1);
            assertThat(npz.array("empty").readAll()).isEmpty();
            assertThat(npz.array("unsigned").readAll()).containsExactly(65535);
            assertThat(npz.isStored("bytes")).isEqualTo(file.equals("stored.npz"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"stored.npz", "deflated.npz"})
    void beginsAnywhere(String file) throws IOException {
        try (var npz = new NpzFile(resource(file))) {
            var array = npz.array("bytes");
            array.skip(3);
            var rest = new byte[4];
            array.read(rest, 1, 2);
            assertThat(rest).containsExactly(0, 3, 4, 0);
            assertThat(array.position()).isEqualTo(5);
            assertThatThrownBy(() -> array.skip(2)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void readsAFileOfOneArray() throws IOException {
        try (var array = NpyReader.open(resource("matrix.npy"))) {
            assertThat(array.header()).isEqualTo(NpyHeader.of(NpyType.FLOAT64, 3, 2));
            assertThat(array.readAll()).containsExactly(0, 0.125, 0.25, 0.375, 0.5, 0.625);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "objects.npy | pickled Python objects, which are never read",
                "complex.npy | element type '<c16' is not supported",
                "record.npy  | should be a dictionary of 'descr', 'fortran_order' and 'shape'",
                "stored.npz  | does not begin with \\x93NUMPY"
            })
    void refusesByName(String file, String problem) throws IOException {
        assertThatThrownBy(() -> NpyReader.open(resource(file)))
                .isInstanceOf(TensorFormatException.class)
                .hasMessageContainingAll(file, problem);
    }

    @Test
    void refusesAShapeThatTheFileCannotHold() {
        var header = "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999, 9), }\n";
        assertThatThrownBy(() -> NpyReader.open(npy(header)))
                .isInstanceOf(EOFException.class)
                .hasMessageContaining("(99999999, 9)");
        assertThatThrownBy(() -> NpyReader.open(npy(header.replace("9), }", "99999999999999), }"))))
                .isInstanceOf(TensorFormatException.class)
                .hasMessageContaining("is not the shape");
        assertThatThrownBy(() -> NpyReader.open(npy(header.replace("9), }", "-9), }"))))
                .isInstanceOf(TensorFormatException.class);
    }

    @Test
    void saysWhichArraysThereAre() throws IOException {
        try (var npz = new NpzFile(resource("stored.npz"))) {
            assertThatThrownBy(() -> npz.array("mu"))
                    .isInstanceOf(TensorFormatException.class)
                    .hasMessageContainingAll("stored.npz", "'mu'", "scalar, big");
        }
        assertThatThrownBy(() -> new NpzFile(resource("matrix.npy")))
                .isInstanceOf(TensorFormatException.class)
                .hasMessageContainingAll("matrix.npy", "not an .npz file");
    }

    @Test
    void writesWhatItReads() throws IOException {
        var content = write("x.npz");
        try (var npz = new NpzFile(SeekableInput.of("x.npz", content))) {
            assertThat(npz.names()).containsExactly("mu", "arr_0", "float", "label");
            assertThat(npz.header("mu").shape()).isEqualTo(List.of(2L, 2L));
            assertThat(npz.array("mu").readAll()).containsExactly(1, 1e-300, Math.PI, -4);
            assertThat(npz.array("arr_0").readAll()).containsExactly(255, 7);
            assertThat(npz.array("float").readAll()).containsExactly((float) Math.PI);
            assertThat(npz.array("label").readAll()).containsExactly(-3, 5);
            assertThat(npz.isStored("mu")).isTrue();
        }
    }

    @Test
    void sameArraysGiveTheSameBytesEverywhere() throws IOException {
        var here = write("x.npz");
        var zone = TimeZone.getDefault();
        try {
            TimeZone.setDefault(TimeZone.getTimeZone("Asia/Tokyo"));
            assertThat(write("x.npz")).isEqualTo(here);
        } finally {
            TimeZone.setDefault(zone);
        }
    }

    @Test
    void noticesEveryFlippedBitOfTheElements() throws IOException {
        var content = write("x.npz");
        var text = new String(content, StandardCharsets.ISO_8859_1);
        var first = text.indexOf("}", text.indexOf("mu.npy")) + 60;
        content[first + 20] ^= 4;
        try (var npz = new NpzFile(SeekableInput.of("x.npz", content))) {
            assertThatThrownBy(() -> npz.array("mu").readAll())
                    .isInstanceOf(TensorFormatException.class)
                    .hasMessageContainingAll("x.npz", "'mu'", "damaged");
        }
    }

    @Test
    void refusesElementsThatAreNotTheShapes() {
        var writer = new NpzWriter("x.npz", new ByteArrayOutputStream());
        assertThatIllegalStateException()
                .isThrownBy(() -> writer.write("mu", new double[3], 2))
                .withMessageContaining("more elements");
        assertThatIllegalStateException()
                .isThrownBy(() -> writer.write("mu", new double[3], 2, 2))
                .withMessageContaining("3 elements for a shape of (2, 2)");
        assertThatIllegalStateException()
                .isThrownBy(() ->
                        writer.write("a", NpyHeader.of(NpyType.UINT8, 1), sink -> sink.accept(new float[1], 0, 1)))
                .withMessageContaining("UINT8");
    }

    private static byte[] write(String name) throws IOException {
        var output = new ByteArrayOutputStream();
        try (var writer = new NpzWriter(name, output)) {
            writer.write("mu", new double[] {1, 1e-300, Math.PI, -4}, 2, 2);
            writer.write("arr_0", NpyHeader.of(NpyType.UINT8, 2, 1), sink -> {
                sink.accept(new byte[] {-1}, 0, 1);
                sink.accept(new byte[] {7}, 0, 1);
            });
            writer.write("float", NpyHeader.of(NpyType.FLOAT32, 1), sink -> sink.accept(new double[] {Math.PI}, 0, 1));
            writer.write("label", NpyHeader.of(NpyType.INT64, 2), sink -> sink.accept(new int[] {-3, 5}, 0, 2));
        }
        return output.toByteArray();
    }

    private static double[] counting(int count) {
        var values = new double[count];
        for (var i = 0; i < count; i++) {
            values[i] = i;
        }
        return values;
    }

    private static SeekableInput npy(String header) {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length(), 0});
        bytes.writeBytes(header.getBytes(StandardCharsets.US_ASCII));
        bytes.writeBytes(new byte[16]);
        return SeekableInput.of("x.npy", bytes.toByteArray());
    }

    private static SeekableInput resource(String file) throws IOException {
        try (var input = NpzFileTest.class.getResourceAsStream("/npy/" + file)) {
            return SeekableInput.of(file, input.readAllBytes());
        }
    }
}
