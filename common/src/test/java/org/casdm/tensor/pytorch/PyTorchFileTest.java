package org.casdm.tensor.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.casdm.tensor.FloatSink;
import org.casdm.tensor.SafetensorsReader;
import org.casdm.tensor.SeekableInput;
import org.casdm.tensor.TensorType;
import org.casdm.tensor.file.TensorFile;
import org.casdm.tensor.pytorch.Fixtures.Content;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PyTorchFileTest {

    @ParameterizedTest
    @CsvSource({"state_zip.pth, ''", "state_legacy.pth, ''", "checkpoint_zip.pth, 'state_dict.'"})
    void holdsWhatPyTorchSaved(String name, String prefix) throws IOException {
        var expected = new LinkedHashMap<String, Content>();
        Fixtures.safetensors("state_expected.safetensors").forEach((key, value) -> expected.put(prefix + key, value));
        // The expectation was written from arrays, which have 32 bits at least and one dimension at least.
        assertThat(expected.get(prefix + "scalar").shape()).isEqualTo("[1]");

        var actual = new LinkedHashMap<String, Content>();
        try (var file = Fixtures.open(name)) {
            for (var tensor : file.tensors().values()) {
                actual.put(
                        tensor.name(),
                        switch (tensor.type()) {
                            case F16, BF16 -> Content.ofFloats(tensor);
                            default -> Content.of(tensor);
                        });
            }
            assertThat(file.tensors().get(prefix + "half").type()).isEqualTo(TensorType.F16);
            assertThat(file.tensors().get(prefix + "bf16").type()).isEqualTo(TensorType.BF16);
            assertThat(file.tensors().get(prefix + "scalar").shape()).isEmpty();
            assertThat(file.tensors().get(prefix + "parameter").isParameter()).isTrue();
        }
        actual.computeIfPresent(prefix + "scalar", (key, scalar) -> new Content("F32", "[1]", scalar.bytes()));

        assertThat(expected).hasSizeGreaterThan(8);
        assertThat(actual).containsExactlyInAnyOrderEntriesOf(expected);
    }

    @Test
    void keepsTheFilesOrder() throws IOException {
        try (var file = Fixtures.open("state_zip.pth")) {
            assertThat(file.tensors().keySet()).startsWith("conv.weight", "conv.bias", "half", "bf16", "double");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"layouts_zip.pth", "layouts_stream.pth"})
    void everyLayoutComesInCOrder(String name) throws IOException {
        try (var file = Fixtures.open(name)) {
            var tensors = file.tensors();
            for (var integers : List.of("int8", "int16", "int32", "int64")) {
                assertThat(tensors.get(integers).readLongs()).as(integers).containsExactly(-1, 0, 1);
                assertThat(tensors.get(integers).readDoubles()).as(integers).containsExactly(-1, 0, 1);
            }
            assertThat(tensors.get("int32").type()).isEqualTo(TensorType.I32);
            assertThat(tensors.get("uint8").readLongs()).containsExactly(0, 1, 2);
            assertThat(tensors.get("bool").readLongs()).containsExactly(1, 0, 1);
            assertThat(tensors.get("bool").readFloats()).containsExactly(1, 0, 1);
            assertThat(tensors.get("scalar").shape()).isEmpty();
            assertThat(tensors.get("scalar").readDoubles()).containsExactly(2.5);
            assertThat(tensors.get("empty").shape()).containsExactly(0, 5);
            assertThat(tensors.get("empty").readFloats()).isEmpty();
            assertThat(tensors.get("columns").readFloats()).containsExactly(1, 2, 5, 6, 9, 10, 13, 14, 17, 18, 21, 22);
            assertThat(tensors.get("every_second_row").readFloats())
                    .containsExactly(0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19);
            assertThat(tensors.get("expanded").readFloats()).containsExactly(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2);
            assertThat(tensors.get("permuted").shape()).containsExactly(4, 2, 3);
            assertThat(tensors.get("permuted").readFloats())
                    .startsWith(0, 4, 8, 12, 16, 20, 1, 5)
                    .hasSize(24);
            assertThat(tensors.get("row").readFloats()).containsExactly(20, 21, 22, 23);
            assertThat(tensors.get("parameter").isParameter()).isTrue();
            assertThat(tensors.get("parameter").readFloats()).containsExactly(0, 2, 1, 3);
            assertThat(tensors.get("tied").isParameter()).isFalse();
            assertThat(tensors.get("tied").readFloats()).hasSize(24).endsWith(23);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"training_zip.pth", "training_stream_protocol4.pth"})
    void checkpointsNestTensorsAmongPlainValues(String name) throws IOException {
        try (var file = Fixtures.open(name)) {
            assertThat(file.tensors())
                    .containsKeys(
                            "model.0.weight",
                            "model.1.num_batches_tracked",
                            "optimizer.state.0.exp_avg",
                            "optimizer.state.3.step");
            assertThat(file.tensors().get("model.0.weight").shape()).containsExactly(3, 2, 1, 1);
            assertThat(file.tensors().get("model.0.weight").readFloats())
                    .containsExactly(0, 0.125f, 0.25f, 0.375f, 0.5f, 0.625f);
            assertThat(file.tensors().get("model.1.num_batches_tracked").readLongs())
                    .containsExactly(0);
            assertThat(file.tensors().get("optimizer.state.0.exp_avg").readFloats())
                    .hasSize(6)
                    .containsOnly(0.1f);
            assertThat(file.values())
                    .containsEntry("epoch", 7L)
                    .containsEntry("best", 0.5)
                    .containsEntry("done", false)
                    .containsEntry("note", null)
                    .containsEntry("name", "é")
                    .containsEntry("shape.1", 2L)
                    .containsEntry("big", BigInteger.ONE.shiftLeft(70))
                    .containsEntry("optimizer.param_groups.0.lr", 0.125)
                    .containsEntry("optimizer.param_groups.0.betas.1", 0.999)
                    .containsEntry("optimizer.param_groups.0.params.3", 3L);
            assertThat(file.values()).doesNotContainKey("model._metadata");
            var root = (Map<?, ?>) file.root();
            assertThat(root.get("shape")).isEqualTo(List.of(1L, 2L));
            assertThat(((Map<?, ?>) root.get("model")).get("0.weight"))
                    .isSameAs(file.tensors().get("model.0.weight"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"harmless_zip.pth", "harmless_stream.pth", "harmless_protocol4_zip.pth"})
    void valuesThatPyTorchsSafeLoaderTakes_areRead(String name) throws IOException {
        try (var file = Fixtures.open(name)) {
            assertThat(file.refused()).isEmpty();
            assertThat(file.tensors()).containsOnlyKeys("model.weight", "model.buffer", "model.bias");
            assertThat(file.tensors().get("model.weight").isParameter()).isTrue();
            assertThat(file.tensors().get("model.weight").readFloats()).containsExactly(0, 1, 2, 3, 4, 5);
            assertThat(file.tensors().get("model.buffer").isParameter()).isFalse();
            assertThat(file.tensors().get("model.buffer").readFloats()).containsExactly(0, 1);
            assertThat(file.values())
                    .containsEntry("milestones.3", 1L)
                    .containsEntry("milestones.7", 2L)
                    .containsEntry("device", "cuda:1")
                    .containsEntry("cpu", "cpu")
                    .containsEntry("set.0", 5L)
                    .containsEntry("bytes", ByteBuffer.wrap(new byte[] {0, -1, 'a'}))
                    .containsEntry("bytearray", ByteBuffer.wrap(new byte[] {-128, 'b'}))
                    .containsEntry("complex.0", 1.5)
                    .containsEntry("complex.1", -2.0)
                    .containsEntry("dtype", "torch.complex64")
                    .containsEntry("layout", "torch.strided")
                    .containsEntry("scheme", "torch.per_tensor_affine")
                    .containsEntry("(1, a)", "tuple")
                    .containsEntry("None", "none");
            assertThat(((Map<?, ?>) file.root()).get("milestones")).isEqualTo(Map.of(3L, 1L, 7L, 2L));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mixed_zip.pth", "mixed_stream.pth"})
    void unknownObjects_leaveTheOthersReadable(String name) throws IOException {
        try (var file = Fixtures.open(name)) {
            assertThat(file.refused().keySet())
                    .containsExactlyInAnyOrder("args", "best.score", "complex", "quantized", "sparse", "objects.1");
            assertThat(file.refused().get("args")).startsWith("'argparse.Namespace' refused");
            assertThat(file.refused().get("best.score")).contains("multiarray.scalar' refused");
            assertThat(file.refused().get("complex")).contains("torch.ComplexFloatStorage");
            assertThat(file.tensors()).containsOnlyKeys("model.weight", "model.buffer", "model.bias", "objects.2");
            // Tensors whose storages stand behind those of the unknown ones in the older format.
            assertThat(file.tensors().get("model.weight").readFloats()).containsExactly(0, 1, 2, 3, 4, 5);
            assertThat(file.tensors().get("objects.2").readFloats()).containsExactly(0, 1);
            assertThat(file.values())
                    .containsEntry("step", 9L)
                    .containsEntry("best.epoch", 3L)
                    .containsEntry("no_bytes", ByteBuffer.allocate(0))
                    .containsEntry("frozenset.0", 4L);
        }
    }

    /** The expected floats are PyTorch's and NumPy's. */
    @ParameterizedTest
    @ValueSource(strings = {"types_zip.pth", "types_stream.pth", "types.safetensors"})
    void narrowFloatsAndUnsignedIntegers_haveTheValuesThatPyTorchGivesThem(String name) throws IOException {
        try (var file = TensorFile.open(SeekableInput.of(name, Fixtures.bytes(name)));
                var expected = new SafetensorsReader(
                        SeekableInput.of("expected", Fixtures.bytes("types_expected.safetensors")))) {
            assertThat(file.refused()).isEmpty();
            assertThat(file.tensors()).hasSize(name.endsWith(".pth") ? 9 : 8);
            for (var tensor : file.tensors()) {
                if (!tensor.info().name().equals("float32")) {
                    var floats = new float[(int) tensor.info().elementCount()];
                    tensor.read(FloatSink.into(floats));
                    assertThat(floats)
                            .as(tensor.info().toString())
                            .isEqualTo(expected.readFloats(tensor.info().name()));
                }
            }
        }
    }

    @Test
    void unsignedIntegers_areReadExactly() throws IOException {
        try (var file = Fixtures.open("types_zip.pth");
                var other = new SafetensorsReader(SeekableInput.of("types", Fixtures.bytes("types.safetensors")))) {
            assertThat(file.tensors().get("uint16").readLongs()).containsExactly(0, 1, 32768, 65534, 65535);
            assertThat(file.tensors().get("uint32").readLongs())
                    .containsExactly(0, 1, 2147483648L, 4294967294L, 4294967295L);
            assertThat(file.tensors().get("uint64").readDoubles()).containsExactly(0, 0x1p63, 0x1p63 + 0x1p39, 0x1p64);
            for (var name : List.of("uint16", "uint32", "uint64")) {
                assertThat(other.readLongs(name))
                        .isEqualTo(file.tensors().get(name).readLongs());
                assertThat(other.readDoubles(name))
                        .isEqualTo(file.tensors().get(name).readDoubles());
            }
        }
    }

    @Test
    void readsTheStreamThatPython2Wrote() throws IOException {
        try (var file = Fixtures.open("python2_stream.pth")) {
            assertThat(file.tensors().keySet()).containsExactly("lin0.model.1.weight", "lin1.model.1.weight");
            assertThat(file.tensors().get("lin0.model.1.weight").readFloats()).containsExactly(0, 1, 2, 3);
            assertThat(file.tensors().get("lin1.model.1.weight").readFloats()).containsExactly(0, 1, 2, 3, 4, 5);
        }
    }

    @Test
    void readsBigEndianElements() throws IOException {
        try (var file = Fixtures.open("big_endian_zip.pth")) {
            assertThat(file.tensors().get("w").readDoubles()).containsExactly(0, 1, 2, 3, 4);
        }
    }

    @Test
    void aFileMayBeOneTensor() throws IOException {
        try (var file = Fixtures.open("one_tensor_zip.pth")) {
            assertThat(file.tensors()).containsOnlyKeys("");
            assertThat(file.root()).isSameAs(file.tensors().get(""));
            assertThat(file.tensors().get("").readFloats()).containsExactly(0, 1, 2, 3, 4, 5);
        }
    }

    @Test
    void opensPathsOfHadoopFileSystems(@TempDir java.nio.file.Path folder) throws IOException {
        Files.write(folder.resolve("state.pth"), Fixtures.bytes("layouts_zip.pth"));
        var path = new org.apache.hadoop.fs.Path(folder.resolve("state.pth").toUri());
        try (var file = PyTorchFile.open(FileSystem.getLocal(new Configuration()), path)) {
            assertThat(file.name()).isEqualTo(path.toString());
            assertThat(file.tensors().get("row").readFloats()).containsExactly(20, 21, 22, 23);
        }
    }

    @Test
    void readsTensorsOverUntypedStorages() throws IOException {
        // As PyTorch 2 writes element types that have no storage class of their own.
        var pickle = new PickleBuilder()
                .raw("ctorch._utils\n_rebuild_tensor_v3\n(")
                .storage("storage\nUntypedStorage", "0", 6)
                .number(1)
                .numbers(2)
                .numbers(1)
                .raw(0x89)
                .raw("}ctorch\nint16\nNtR");
        try (var file =
                Fixtures.open("v3", new ZipBuilder().state(pickle.stop(), Map.of("0", new byte[] {1, 0, 2, 0, 3, 1
                        })))) {
            assertThat(file.tensors().get("").type()).isEqualTo(TensorType.I16);
            assertThat(file.tensors().get("").readLongs()).containsExactly(2, 259);
        }
    }

    @Test
    void readsTheOldestCallAndPartsOfStorages() throws IOException {
        var pickle = new PickleBuilder()
                .raw("ctorch._utils\n_rebuild_tensor\n((")
                .text("storage")
                .raw("ctorch\nByteStorage\n")
                .text("0")
                .text("cpu")
                .number(6)
                // The view: elements 2, 3, 4 of the storage.
                .raw("(")
                .text("view")
                .number(2)
                .number(3)
                .raw("ttQ")
                .number(1)
                .numbers(2)
                .numbers(1)
                .raw("tR");
        try (var file = Fixtures.open("view", new ZipBuilder().state(pickle.stop(), Map.of("0", new byte[] {
                    10, 11, 12, 13, 14, 15
                })))) {
            assertThat(file.tensors().get("").readLongs()).containsExactly(13, 14);
        }
    }

    @Test
    void streamsALargeTensorInPieces() throws IOException {
        var count = 600_000;
        var data = new byte[count * 4];
        ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(floats(count));
        var straight = new PickleBuilder().tensor("FloatStorage", "0", count, 0, new long[] {count}, new long[] {1});
        var transposed =
                new PickleBuilder().tensor("FloatStorage", "0", count, 0, new long[] {600, 1000}, new long[] {1, 600});
        try (var file = Fixtures.open("large", new ZipBuilder().state(straight.stop(), Map.of("0", data)));
                var other = Fixtures.open("large", new ZipBuilder().state(transposed.stop(), Map.of("0", data)))) {
            var pieces = new int[1];
            file.tensors().get("").read(chunk -> pieces[0]++);
            assertThat(pieces[0]).isEqualTo(3);
            assertThat(file.tensors().get("").readFloats()).isEqualTo(floats(count));
            var values = other.tensors().get("").readFloats();
            assertThat(IntStream.range(0, count).allMatch(i -> values[i] == i / 1000 + i % 1000 * 600))
                    .isTrue();
        }
    }

    private static float[] floats(int count) {
        var floats = new float[count];
        for (var i = 0; i < count; i++) {
            floats[i] = i;
        }
        return floats;
    }

    @Test
    void floatingPointIsNotReadAsIntegers() throws IOException {
        try (var file = Fixtures.open("state_zip.pth")) {
            var half = file.tensors().get("half");
            assertThatThrownBy(half::readLongs)
                    .isInstanceOf(PyTorchFileException.class)
                    .hasMessageContaining("state_zip.pth: tensor 'half' holds F16");
        }
    }
}
