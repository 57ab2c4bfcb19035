package org.casdm.tensor.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.casdm.tensor.SafetensorsReader;
import org.casdm.tensor.SafetensorsWriter;
import org.casdm.tensor.SeekableInput;
import org.casdm.tensor.TensorFormatException;
import org.casdm.tensor.TensorInfo;
import org.casdm.tensor.TensorSource;
import org.casdm.tensor.pytorch.PyTorchFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConversionTest {

    private static TensorFile fixture(String name) throws IOException {
        try (var stream = ConversionTest.class.getResourceAsStream("/fixtures/pytorch/" + name)) {
            return TensorFile.open(SeekableInput.of(name, stream.readAllBytes()));
        }
    }

    private static byte[] convert(TensorFile file, Optional<String> key) throws IOException {
        var stream = new ByteArrayOutputStream();
        var digest = new Conversion(file, key).write(stream);
        assertThat(digest.bytes()).isEqualTo(stream.size());
        return stream.toByteArray();
    }

    private static Map<TensorInfo, ByteBuffer> content(TensorFile file) throws IOException {
        var content = new LinkedHashMap<TensorInfo, ByteBuffer>();
        for (var tensor : file.tensors()) {
            var bytes = ByteBuffer.allocate((int) tensor.info().byteSize());
            tensor.readBytes(bytes::put);
            content.put(tensor.info(), bytes.flip());
        }
        return content;
    }

    private static Map<TensorInfo, ByteBuffer> content(byte[] safetensors) throws IOException {
        return content(TensorFile.open(SeekableInput.of("converted", safetensors)));
    }

    /** The expected file was written by NumPy, without the types that it lacks; scalars are vectors there. */
    @ParameterizedTest
    @CsvSource({"state_zip.pth, ", "state_legacy.pth, ", "checkpoint_zip.pth, state_dict"})
    void holdsEveryTensorBitForBit(String name, String key) throws IOException {
        try (var file = fixture(name);
                var expected = fixture("state_expected.safetensors")) {
            var converted = content(convert(file, Optional.ofNullable(key)));
            var wanted = content(expected);
            assertThat(converted).hasSizeGreaterThanOrEqualTo(wanted.size());
            wanted.forEach((info, bytes) -> {
                var found = converted.entrySet().stream()
                        .filter(entry -> entry.getKey().name().equals(info.name()))
                        .findFirst()
                        .orElseThrow();
                assertThat(found.getKey().elementCount()).isEqualTo(info.elementCount());
                if (found.getKey().type() == info.type()) {
                    assertThat(found.getValue()).isEqualTo(bytes);
                }
            });
            assertThat(converted.keySet().stream().filter(wanted::containsKey).count())
                    .isGreaterThan(4);
        }
    }

    @Test
    void nestedNamesAreDottedWithoutAKey() throws IOException {
        try (var file = fixture("checkpoint_zip.pth")) {
            var conversion = new Conversion(file, Optional.empty());
            assertThat(conversion.tensors())
                    .isNotEmpty()
                    .allSatisfy(tensor -> assertThat(tensor.name()).startsWith("state_dict."));
            assertThat(conversion.left()).isNotEmpty().noneMatch(name -> name.startsWith("state_dict."));
        }
    }

    @Test
    void aKeyWithoutTensorsIsRefusedAndTheOthersAreNamed() throws IOException {
        try (var file = fixture("checkpoint_zip.pth")) {
            assertThatThrownBy(() -> new Conversion(file, Optional.of("state")))
                    .isInstanceOf(TensorFormatException.class)
                    .hasMessageContaining("no tensors below 'state'")
                    .hasMessageContaining("'state_dict'");
        }
    }

    @Test
    void aFileThatIsOneTensorGivesItAName() throws IOException {
        try (var file = fixture("one_tensor_zip.pth")) {
            assertThat(content(convert(file, Optional.empty())).keySet())
                    .extracting(TensorInfo::name)
                    .containsExactly("tensor");
        }
    }

    @Test
    void safetensorsStayAsTheyAre() throws IOException {
        var stream = new ByteArrayOutputStream();
        SafetensorsWriter.write(
                stream,
                List.of(
                        TensorSource.of(TensorInfo.float32("model.a", 2), new float[] {1, -2}),
                        TensorSource.of(TensorInfo.float32("ema.a", 2), new float[] {3, 4})),
                Map.of("step", "7"));
        try (var file = TensorFile.open(SeekableInput.of("no-extension", stream.toByteArray()))) {
            assertThat(convert(file, Optional.empty())).isEqualTo(stream.toByteArray());
        }
        try (var file = TensorFile.open(SeekableInput.of("no-extension", stream.toByteArray()));
                var part = new SafetensorsReader(SeekableInput.of("part", convert(file, Optional.of("ema"))))) {
            assertThat(part.tensors()).extracting(TensorInfo::name).containsExactly("a");
            assertThat(part.readFloats("a")).containsExactly(3, 4);
            assertThat(part.metadata()).containsEntry("step", "7");
        }
    }

    @Test
    void commandsAreRefusedByName() throws IOException {
        assertThatThrownBy(() -> fixture("evil_legacy.pth"))
                .isInstanceOf(PyTorchFileException.class)
                .hasMessageContainingAll("evil_legacy.pth", "posix.system");
        var name = "evil_zip.pth";
        try (var file = fixture(name)) {
            assertThatThrownBy(() -> convert(file, Optional.empty()))
                    .isInstanceOf(TensorFormatException.class)
                    .hasMessageContainingAll(name, "'w'", "posix.system");
            assertThatThrownBy(() -> convert(file, Optional.of("w")))
                    .isInstanceOf(TensorFormatException.class)
                    .hasMessageContainingAll(name, "'w'", "posix.system");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mixed_zip.pth", "mixed_stream.pth"})
    void unknownObjects_areRefusedWhereTheyAreAskedFor(String name) throws IOException {
        try (var file = fixture(name)) {
            assertThat(content(convert(file, Optional.of("model"))).keySet())
                    .extracting(TensorInfo::name)
                    .containsExactly("weight", "buffer", "bias");
            assertThatThrownBy(() -> convert(file, Optional.empty()))
                    .hasMessageContainingAll("'args'", "argparse.Namespace", "--key", "'model', 'objects'");
            assertThatThrownBy(() -> convert(file, Optional.of("args.weight")))
                    .hasMessageContainingAll("'args'", "argparse.Namespace");
            assertThatThrownBy(() -> convert(file, Optional.of("best")))
                    .hasMessageContainingAll("'best.score'", "scalar");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"types_zip.pth", "types.safetensors"})
    void narrowFloatsAndUnsignedIntegersKeepTypesAndBytes(String name) throws IOException {
        try (var file = fixture(name)) {
            assertThat(content(convert(file, Optional.empty()))).isEqualTo(content(file));
        }
    }

    @Test
    void unknownElementTypes_leaveTheOtherTensorsReadable() throws IOException {
        var stream = new ByteArrayOutputStream();
        SafetensorsWriter.write(
                stream,
                List.of(
                        TensorSource.of(TensorInfo.float32("model.a", 2), new float[] {1, -2}),
                        TensorSource.of(TensorInfo.float32("other.b", 2), new float[] {3, 4}),
                        TensorSource.of(TensorInfo.float32("model.c", 1), new float[] {5})),
                Map.of());
        // Half a byte an element, which no tensor of ours can have.
        var content = new String(stream.toByteArray(), StandardCharsets.ISO_8859_1)
                .replace(
                        "\"other.b\":{\"dtype\":\"F32\",\"shape\":[2],",
                        "\"other.b\":{\"dtype\":\"F4\",\"shape\":[16],")
                .getBytes(StandardCharsets.ISO_8859_1);
        try (var file = TensorFile.open(SeekableInput.of("narrow.safetensors", content))) {
            assertThat(file.refused()).containsOnlyKeys("other.b");
            var model = TensorFile.open(SeekableInput.of("model", convert(file, Optional.of("model"))));
            assertThat(model.tensors())
                    .extracting(tensor -> tensor.info().name())
                    .containsExactly("a", "c");
            assertThatThrownBy(() -> convert(file, Optional.empty()))
                    .hasMessageContainingAll("narrow.safetensors", "'other.b'", "element type 'F4'");
        }
    }

    @Test
    void unknownInput_isRejectedWithMessage() {
        assertThatThrownBy(() -> TensorFile.open(
                        SeekableInput.of("notes.txt", "some words".getBytes(StandardCharsets.US_ASCII))))
                .isInstanceOf(PyTorchFileException.class)
                .hasMessageContaining("notes.txt");
        assertThatThrownBy(() -> TensorFile.open(SeekableInput.of("a.safetensors", new byte[3])))
                .isInstanceOf(TensorFormatException.class)
                .hasMessageContaining("too short");
        assertThatThrownBy(() -> fixture("cut_zip.pth")).hasMessageContaining("the file is cut");
    }
}
