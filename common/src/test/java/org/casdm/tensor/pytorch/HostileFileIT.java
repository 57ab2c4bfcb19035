package org.casdm.tensor.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are cut, damaged or made to harm: each ends in the reader's own exception, and soon. */
class HostileFileIT {

    private static final Map<String, byte[]> FOUR_FLOATS = Map.of("0", new byte[16]);

    @Test
    void commandsAreRefusedByName() throws IOException {
        var reason = "'posix.system' refused: a state file may contain only tensors and plain values";
        try (var file = Fixtures.open("evil_zip.pth")) {
            assertThat(file.tensors()).isEmpty();
            assertThat(file.refused().get("w")).startsWith(reason);
        }
        assertThatThrownBy(() -> Fixtures.open("evil_legacy.pth"))
                .isInstanceOf(PickleException.class)
                .hasMessageStartingWith("evil_legacy.pth: a pickle, but not a PyTorch state file")
                .hasMessageContaining(reason);
        assertThat(Files.exists(Path.of("pth-reader-ran-code"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "whole_module_zip.pth, torch.nn.modules.container.Sequential",
        "whole_module_stream.pth, " + "torch.nn.modules.container.Sequential"
    })
    void wholeModulesAreRefusedByName(String name, String refused) {
        assertThatThrownBy(() -> Fixtures.open(name))
                .isInstanceOf(PickleException.class)
                .hasMessageContaining(refused);
    }

    @Test
    void namesAreRefusedHoweverTheyAreSpelt() {
        refused(pickle -> pickle.raw("cbuiltins\neval\n"), "'builtins.eval' refused");
        refused(pickle -> pickle.text("os").text("system").raw(0x93), "'os.system' refused");
        refused(pickle -> pickle.raw("ctorch\nload\n"), "'torch.load' refused");
        refused(pickle -> pickle.raw("ccollections.OrderedDict\n__init__\n"), "__init__' refused");
        refused(pickle -> pickle.raw("(ios\nsystem\n"), "instruction 0x69 has no place");
        refused(pickle -> pickle.raw("ca\rb\nc\n"), "'a?b.c' refused");
        refused(pickle -> pickle.raw(0x82, 1), "instruction 0x82");
    }

    @Test
    void truncatedFile_isReportedAsTruncated() {
        assertThatThrownBy(() -> Fixtures.open("cut_zip.pth"))
                .isInstanceOf(PyTorchFileException.class)
                .hasMessageContaining("cut_zip.pth: the file is cut");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "state_zip.pth",
                "checkpoint_zip.pth",
                "state_legacy.pth",
                "python2_stream.pth",
                "layouts_stream.pth",
                "big_endian_zip.pth",
                "evil_zip.pth"
            })
    void cutAnywhere(String name) {
        var content = Fixtures.bytes(name);
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            for (var length = 0; length < content.length; length++) {
                var cut = Arrays.copyOf(content, length);
                assertThatThrownBy(() -> {
                            try (var file = Fixtures.open(name, cut)) {
                                Fixtures.readAll(file);
                            }
                        })
                        .as("first %d bytes", length)
                        .isInstanceOf(PyTorchFileException.class)
                        .hasMessageStartingWith(name);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "state_zip.pth",
                "checkpoint_zip.pth",
                "state_legacy.pth",
                "python2_stream.pth",
                "training_stream_protocol4.pth",
                "layouts_zip.pth",
                "big_endian_zip.pth",
                "evil_legacy.pth"
            })
    void damagedAnywhere(String name) {
        var content = Fixtures.bytes(name);
        var random = new Random(20240515);
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            var refused = 0;
            for (var round = 0; round < 4000; round++) {
                var damaged = content.clone();
                for (var flips = 1 + random.nextInt(3); flips > 0; flips--) {
                    damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
                }
                refused += refuses(name, damaged) ? 1 : 0;
            }
            assertThat(refused).isGreaterThan(400);
        });
    }

    /** Anything but success and the reader's own exception leaves this method as an error. */
    private static boolean refuses(String name, byte[] content) throws IOException {
        try (var file = Fixtures.open(name, content)) {
            Fixtures.readAll(file);
            return false;
        } catch (PyTorchFileException e) {
            return true;
        }
    }

    @Test
    void layoutsStayInsideTheirStorage() {
        refusedLayout(0, new long[] {5}, new long[] {1}, "reaches beyond its storage of 4 elements");
        refusedLayout(1, new long[] {4}, new long[] {1}, "reaches beyond its storage");
        refusedLayout(3, new long[] {2}, new long[] {-1}, "negative storage offsets and strides are refused");
        refusedLayout(-1, new long[] {2}, new long[] {1}, "negative storage offsets");
        refusedLayout(0, new long[] {-2}, new long[] {1}, "negative dimension");
        refusedLayout(0, new long[] {2, 2}, new long[] {1}, "does not fit strides");
        refusedLayout(0, new long[] {Long.MAX_VALUE, 2}, new long[] {0, 1}, "larger than any storage");
        refusedLayout(0, new long[] {1L << 31, 1L << 31, 0}, new long[] {0, 0, 1}, "larger than any storage");
        refusedLayout(0, new long[] {3, 2}, new long[] {Long.MAX_VALUE / 2, Long.MAX_VALUE}, "larger than any storage");
        refusedLayout(Long.MAX_VALUE, new long[] {1}, new long[] {1}, "larger than any storage");
        refusedLayout(0, new long[] {1L << 40}, new long[] {0}, "elements over a storage of 4");
        refusedLayout(0, new long[65], new long[65], "does not fit");
    }

    private static void refusedLayout(long offset, long[] shape, long[] strides, String message) {
        refused(pickle -> pickle.tensor("FloatStorage", "0", 4, offset, shape, strides), message);
    }

    @Test
    void storagesAreAsLargeAsTheyAreDeclared() {
        refused(
                pickle -> pickle.tensor("FloatStorage", "0", 5, 0, new long[] {1}, new long[] {1}),
                "'archive/data/0' has 16 bytes instead of the declared 20");
        refused(
                pickle -> pickle.tensor("FloatStorage", "1", 4, 0, new long[] {1}, new long[] {1}),
                "tensor '': entry 'archive/data/1' is not in the zip archive");
        refused(
                pickle -> pickle.tensor("FloatStorage", "0", 1L << 61, 0, new long[] {1}, new long[] {1}),
                "more than the file's");
        refused(pickle -> pickle.tensor("FloatStorage", "0", -4, 0, new long[] {1}, new long[] {1}), "more than");
        refused(
                pickle -> pickle.raw("(")
                        .storage("FloatStorage", "0", 4)
                        .storage("IntStorage", "0", 4)
                        .raw("t"),
                "declared as 4 elements of F32 and as 4 of I32");
        refused(pickle -> pickle.raw("ctorch\nComplexFloatStorage\n"), "a torch.ComplexFloatStorage is neither");
        refused(
                pickle -> pickle.storage("ComplexDoubleStorage", "0", 1L << 60),
                "storage '0' declares 1152921504606846976 elements");
    }

    @Test
    void declaredLengthsReserveNoMemory() {
        refused(pickle -> pickle.raw("X").raw(0xff, 0xff, 0xff, 0x7f), "a string of 2147483647 bytes");
        refused(pickle -> pickle.raw(0x8d).raw(-1, -1, -1, -1, -1, -1, -1, -1), "a string of 18446744073709551615");
        refused(pickle -> pickle.raw(0x8b).raw(0xff, 0xff, 0xff, 0xff), "a whole number of 4294967295 bytes");
        refused(pickle -> pickle.raw("X").raw(200, 0, 0, 0), "the pickle is cut: 200 more bytes are needed");
    }

    @Test
    void treesThatGrowWithoutEndAreRefused() {
        refused(pickle -> pickle.raw("]q").raw(0).raw("h").raw(0).raw("a"), "nested deeper than 100");
        refused(
                pickle -> {
                    pickle.raw("K").raw(0);
                    for (var level = 0; level < 24; level++) {
                        pickle.raw("q").raw(level).raw("h").raw(level).raw(0x86);
                    }
                },
                "more than 1000000 values");
        refused(pickle -> pickle.raw("]".repeat(200) + "a".repeat(199)), "nested deeper than 100");
        refused(
                pickle -> pickle.raw("}").text("n".repeat(4000)).raw("](" + "N".repeat(20_000) + "es"),
                "the names of all values together");
        refused(pickle -> pickle.raw("}").text("n".repeat(5000)).raw("Ns"), "the name is longer than 4096");
        refused(pickle -> pickle.raw("(".repeat(100_000)), "no value to work on");
        refused(
                pickle -> pickle.raw("}(")
                        .text("a")
                        .raw("]q")
                        .raw(0)
                        .raw("h")
                        .raw(0)
                        .raw("au"),
                "nested deeper");
        refused(pickle -> pickle.raw("}").raw("]q").raw(0).raw("h").raw(0).raw("aNs"), "a dict key of type list");
    }

    @Test
    void namesAreUnique() {
        refused(pickle -> pickle.raw("}(").text("a").raw("N").text("a").raw("Nu"), "key 'a' occurs twice");
        refused(pickle -> pickle.raw("}(").text("1").raw("NK").raw(1).raw("Nu"), "two values of the tree");
        refused(
                pickle -> pickle.raw("}(")
                        .text("a.b")
                        .raw("N")
                        .text("a")
                        .raw("}")
                        .text("b")
                        .raw("Nsu"),
                "'a.b': two values of the tree");
    }

    @Test
    void picklesThatMakeNoSenseAreRefused() {
        refused(pickle -> pickle.raw("h").raw(7), "memo 7 is used before it is set");
        refused(pickle -> pickle.raw("NN"), "values are left over");
        refused(pickle -> {}, "an instruction finds no value to work on");
        refused(pickle -> pickle.raw("t"), "finds no mark");
        refused(pickle -> pickle.raw("]q").raw(0).raw("}(Nu"), "a key without a value");
        refused(pickle -> pickle.raw("NNs"), "finds no value to work on");
        refused(pickle -> pickle.raw("NNNs"), "of wrong type, None");
        refused(pickle -> pickle.raw("}}b"), "attributes are set on a plain dict");
        refused(pickle -> pickle.raw("ctorch\nFloatStorage\n)R"), "a class is called that only names a type");
        refused(pickle -> pickle.raw("ctorch._utils\n_rebuild_tensor_v2\n)R"), "arguments of wrong number or type");
        refused(pickle -> pickle.raw("ctorch._utils\n_rebuild_parameter\n(NNNtR"), "arguments of wrong number or type");
        refused(pickle -> pickle.raw("ctorch._utils\n_rebuild_tensor\n"), "neither a tensor nor a plain value");
        refused(pickle -> pickle.storage("FloatStorage", "0", 4), "a storage is neither a tensor nor a plain value");
        refused(pickle -> pickle.raw("(").text("module").raw("NtQ"), "not a storage");
        refused(pickle -> pickle.raw(0x80, 9), "pickle protocol 9");
        refused(pickle -> pickle.raw("U").raw(1, 0xff), "not UTF-8");
    }

    @Test
    void zip64IsReadAndItsErrorsAreFound() throws IOException {
        var pickle = new PickleBuilder()
                .tensor("FloatStorage", "0", 4, 1, new long[] {3}, new long[] {1})
                .stop();
        var archive = new ZipBuilder().zip64().state(pickle, FOUR_FLOATS);
        try (var file = Fixtures.open("zip64", archive)) {
            assertThat(file.tensors().get("").readFloats()).containsExactly(0, 0, 0);
        }
        var random = new Random(7);
        for (var round = 0; round < 4000; round++) {
            var damaged = archive.clone();
            damaged[damaged.length - 1 - random.nextInt(400)] ^= (byte) (1 << random.nextInt(8));
            refuses("zip64", damaged);
        }
    }

    @Test
    void zipEntriesAreStoredOnceAndInsideTheFile() {
        var pickle = new PickleBuilder()
                .tensor("FloatStorage", "0", 4, 0, new long[] {4}, new long[] {1})
                .stop();
        var data = new byte[16];
        refusedArchive(
                new ZipBuilder()
                        .entry("a/data.pkl", pickle)
                        .entry("a/data/0", data)
                        .entry("a/data/0", data),
                "'a/data/0' occurs twice");
        refusedArchive(new ZipBuilder().entry("a/data.pkl", pickle).entry("b/data.pkl", pickle), "instead of one");
        refusedArchive(new ZipBuilder().entry("a/readme", data), "not a PyTorch state file");
        refusedArchive(
                new ZipBuilder().entry("a/data.pkl", pickle).entry("a/data/0", data, 16, 0, 8),
                "compressed or encrypted");
        refusedArchive(new ZipBuilder().entry("a/data.pkl", pickle).entry("a/data/0", data, 16, 0, 0), "is damaged");
        refusedArchive(
                new ZipBuilder().zip64().entry("a/data.pkl", pickle).entry("a/data/0", data, 16, 1L << 62, 0),
                "not in the file");
        refusedArchive(new ZipBuilder().zip64().entry("a/data.pkl", pickle, Long.MAX_VALUE, 0, 0), "not in the file");
        refusedArchive(
                new ZipBuilder()
                        .entry("a/data.pkl", pickle)
                        .entry("a/byteorder", "middle".getBytes(StandardCharsets.US_ASCII)),
                "neither 'little' nor 'big'");
    }

    private static void refusedArchive(ZipBuilder archive, String message) {
        assertThatThrownBy(() -> {
                    try (var file = Fixtures.open("archive", archive.build())) {
                        Fixtures.readAll(file);
                    }
                })
                .isInstanceOf(PyTorchFileException.class)
                .hasMessageContaining(message);
    }

    @Test
    void theStreamsStoragesAreCounted() {
        var content = Fixtures.bytes("python2_stream.pth");
        // The element count of the first storage, before its six floats, the other count and its four floats.
        content[content.length - 16 - 8 - 24 - 8]++;
        assertThatThrownBy(() -> {
                    try (var file = Fixtures.open("counted", content)) {
                        Fixtures.readAll(file);
                    }
                })
                .isInstanceOf(PyTorchFileException.class)
                .hasMessageContaining("has 7 elements, but the tensors over it say 6");
    }

    private static void refused(Consumer<PickleBuilder> instructions, String message) {
        var pickle = new PickleBuilder();
        instructions.accept(pickle);
        var archive = new ZipBuilder().state(pickle.stop(), FOUR_FLOATS);
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> assertThatThrownBy(() -> Fixtures.open("hostile.pth", archive))
                        .isInstanceOf(PyTorchFileException.class)
                        .hasMessageStartingWith("hostile.pth: ")
                        .hasMessageContaining(message));
    }
}
