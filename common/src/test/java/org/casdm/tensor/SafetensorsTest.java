package org.casdm.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SafetensorsTest {

    @TempDir
    Path folder;

    private static byte[] file(Map<String, String> metadata, TensorSource... tensors) throws IOException {
        var bytes = new ByteArrayOutputStream();
        SafetensorsWriter.write(bytes, List.of(tensors), metadata);
        return bytes.toByteArray();
    }

    private static byte[] raw(String header, int dataBytes) {
        var json = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .array();
    }

    private static SafetensorsReader reader(byte[] content) throws IOException {
        return new SafetensorsReader(SeekableInput.of("some.safetensors", content));
    }

    @Test
    void readsWhatPythonWrites() throws IOException {
        byte[] content;
        try (var stream = getClass().getResourceAsStream("python.safetensors")) {
            content = stream.readAllBytes();
        }
        try (var reader = reader(content)) {
            assertThat(reader.metadata()).isEqualTo(Map.of("format", "np", "text", "ä \"quoted\""));
            assertThat(reader.tensors()).hasSize(12);
            assertThat(reader.readDoubles("float64")).containsExactly(1.0, -2.5, 1e300, 0.1);
            assertThat(reader.info("float32").shape()).containsExactly(1, 2, 3);
            assertThat(reader.readFloats("float32")).containsExactly(0, 0.25f, 0.5f, 0.75f, 1, 1.25f);
            assertThat(reader.readFloats("float16")).containsExactly(1, -0.5f, 65504, 0x1p-24f);
            assertThat(reader.readLongs("int64")).containsExactly((1L << 62) + 1, -3);
            assertThat(reader.readLongs("int32")).containsExactly(Integer.MAX_VALUE, -4);
            assertThat(reader.readLongs("int16")).containsExactly(-32768, 7);
            assertThat(reader.readLongs("int8")).containsExactly(-128, 127);
            assertThat(reader.readFloats("uint8")).containsExactly(0, 200, 255);
            assertThat(reader.readDoubles("bool")).containsExactly(1, 0, 1);
            assertThat(reader.readFloats("scalar")).containsExactly(3.25f);
            assertThat(reader.info("scalar").shape()).isEmpty();
            assertThat(reader.readFloats("empty")).isEmpty();
            assertThat(reader.info("empty").shape()).containsExactly(0, 4);
            assertThat(reader.readFloats("näme \"quoted\"")).containsExactly(9);
        }
    }

    @ParameterizedTest
    @EnumSource(TensorType.class)
    void everyTypeComesBackByteForByte(TensorType type) throws IOException {
        var info = new TensorInfo("tensor", type, new long[] {7, 5});
        var bytes = new byte[35 * type.byteSize()];
        new Random(1).nextBytes(bytes);
        try (var reader = reader(file(
                Map.of(),
                TensorSource.of(TensorInfo.float32("before", 1), new float[] {1}),
                TensorSource.ofBytes(info, bytes)))) {
            assertThat(reader.info("tensor")).isEqualTo(info);
            var found = new byte[bytes.length];
            reader.readBytes("tensor", 0, found);
            assertThat(found).isEqualTo(bytes);
            var part = new byte[3];
            reader.readBytes("tensor", 4, part);
            assertThat(part).containsExactly(bytes[4], bytes[5], bytes[6]);
            var endOfTensor = bytes.length - 2L;
            assertThatThrownBy(() -> reader.readBytes("tensor", endOfTensor, part))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = TensorType.class,
            names = {"F64", "F32", "F16", "BF16"})
    void floatsBeyondOneBuffer_surviveAnyChunking(TensorType type) throws IOException {
        var count = 700_001;
        var values = new float[count];
        for (var i = 0; i < count; i++) {
            // Exact in every type.
            values[i] = i % 251 - 125;
        }
        var source = TensorSource.of(new TensorInfo("tensor", type, new long[] {count}), sink -> {
            var random = new Random(2);
            for (var start = 0; start < count; ) {
                var length = Math.min(count - start, 1 + random.nextInt(300_000));
                if (random.nextBoolean()) {
                    sink.accept(values, start, length);
                } else {
                    var direct = ByteBuffer.allocateDirect(4 * length)
                            .order(ByteOrder.nativeOrder())
                            .asFloatBuffer();
                    sink.accept(direct.put(values, start, length).flip());
                    assertThat(direct.hasRemaining()).isFalse();
                }
                start += length;
            }
        });
        var odd = TensorSource.ofBytes(new TensorInfo("odd", TensorType.U8, new long[] {3}), new byte[] {1, 2, 3});
        try (var reader = reader(file(Map.of(), odd, source))) {
            assertThat(reader.readFloats("tensor")).isEqualTo(values);
            var chunks = new ArrayList<Integer>();
            reader.read("tensor", chunk -> chunks.add(chunk.remaining()));
            assertThat(chunks.size()).isEqualTo((count * type.byteSize() + (1 << 20) - 1) / (1 << 20));
            assertThat(chunks.stream().mapToInt(Integer::intValue).sum()).isEqualTo(count);
        }
    }

    @Test
    void doublesKeepTheirPrecisionAndNarrowToTheNearestFloat() throws IOException {
        var bytes = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putDouble(0.1)
                .putDouble(1e300)
                .array();
        try (var reader = reader(file(
                Map.of(), TensorSource.ofBytes(new TensorInfo("d", TensorType.F64, new long[] {2}), bytes)))) {
            assertThat(reader.readDoubles("d")).containsExactly(0.1, 1e300);
            assertThat(reader.readFloats("d")).containsExactly(0.1f, Float.POSITIVE_INFINITY);
            assertThatThrownBy(() -> reader.readLongs("d"))
                    .isInstanceOf(TensorFormatException.class)
                    .hasMessageContaining("d F64[2]");
        }
    }

    @Test
    void headerIsPaddedAndDigestIsThatOfTheFile() throws IOException {
        for (var length = 1; length < 10; length++) {
            var bytes = new ByteArrayOutputStream();
            var digest = SafetensorsWriter.write(
                    bytes,
                    List.of(TensorSource.of(TensorInfo.float32("n".repeat(length), 2), new float[] {1, 2})),
                    Map.of());
            var content = bytes.toByteArray();
            var header = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).getLong();
            assertThat(header % 8).isZero();
            assertThat(digest).isEqualTo(new ContentDigest(8 + header + 8, Sha256.hex(content)));
            assertThat(content)
                    .hasSize((int) digest.bytes())
                    .endsWith(HexFormat.of().parseHex("0000803f00000040"));
        }
        assertThat(Sha256.hex("abc".getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Test
    void filesOnAFileSystemAreReadInPartAndInWhole() throws IOException {
        var path = new org.apache.hadoop.fs.Path(folder.resolve("a.safetensors").toUri());
        var fileSystem = FileSystem.getLocal(new Configuration()).getRawFileSystem();
        ContentDigest digest;
        try (var stream = fileSystem.create(path)) {
            digest = SafetensorsWriter.write(
                    stream,
                    List.of(
                            TensorSource.of(TensorInfo.float32("a", 2), new float[] {1, 2}),
                            TensorSource.of(TensorInfo.float32("b", 3), new float[] {3, 4, 5})),
                    Map.of());
        }
        try (var reader = SafetensorsReader.open(fileSystem, path)) {
            assertThat(reader.readFloats("b")).containsExactly(3, 4, 5);
            assertThat(reader.readFloats("a")).containsExactly(1, 2);
            assertThatThrownBy(() -> reader.readFloats("c"))
                    .isInstanceOf(TensorFormatException.class)
                    .hasMessageContainingAll("a.safetensors", "'c'");
        }
        try (var input = new VerifiedInput(SeekableInput.open(fileSystem, path), digest);
                var reader = new SafetensorsReader(input)) {
            var values = new LinkedHashMap<String, float[]>();
            reader.readAll(info -> info.name().equals("a")
                    ? null
                    : FloatSink.into(values.computeIfAbsent(info.name(), name -> new float[3])));
            input.verify();
            assertThat(values.get("b")).containsExactly(3, 4, 5);
        }
        var other = new ContentDigest(digest.bytes(), "0".repeat(64));
        try (var input = new VerifiedInput(SeekableInput.open(fileSystem, path), other)) {
            assertThatThrownBy(input::verify)
                    .isInstanceOf(TensorFormatException.class)
                    .hasMessageContainingAll("a.safetensors", digest.sha256());
        }
    }

    @Test
    void fileCutOffAnywhereIsRefused() throws IOException {
        var content = file(
                Map.of("key", "value"),
                TensorSource.of(TensorInfo.float32("a", 2), new float[] {1, 2}),
                TensorSource.of(TensorInfo.float32("b", 1), new float[] {3}));
        reader(content).close();
        for (var length = 0; length < content.length; length++) {
            var cut = java.util.Arrays.copyOf(content, length);
            assertThatThrownBy(() -> reader(cut))
                    .as("%d bytes", length)
                    .isInstanceOf(TensorFormatException.class)
                    .hasMessageContaining("some.safetensors");
        }
        var longer = java.util.Arrays.copyOf(content, content.length + 1);
        assertThatThrownBy(() -> reader(longer)).isInstanceOf(TensorFormatException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "4 | [] | not a JSON object",
                "4 | `  {}` | not a JSON object",
                "4 | {} | describes 0 bytes",
                "4 | {\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]} | damaged",
                "4 | {\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}} x | damaged",
                "4 | {\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}} {} | continues after the end",
                "4 | {\"a\":1} | 'a': an object was expected",
                "4 | {\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[1],\"data_offsets\":[0,4]}} | 'a': F8_E4M3[1] takes 1"
                        + " bytes",
                "4 | {\"a\":{\"dtype\":5,\"shape\":[1],\"data_offsets\":[0,4]}} | 'a', dtype: a text was expected",
                "4 | {\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}} | 'a': F32[2] takes 8 bytes",
                "4 | {\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}} | 'a', shape: -1 is negative",
                "4 | {\"a\":{\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]}} | 'a', shape: a whole number",
                "4 | {\"a\":{\"dtype\":\"F32\",\"shape\":1,\"data_offsets\":[0,4]}} | 'a', shape: a list",
                "4 | {\"a\":{\"dtype\":\"F32\",\"shape\":[[1]],\"data_offsets\":[0,4]}} | 'a', shape: a whole number",
                "4 | {\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}} | 2^63",
                "4 | {\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,0]}} | damaged",
                "4 | {\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}} | 'a': data_offsets [4, 0]",
                "4 | {\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}} | 'a': data_offsets [0]",
                "4 | {\"a\":{\"dtype\":\"F32\",\"shape\":[1]}} | 'a': dtype, shape or data_offsets is missing",
                "4 | {\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"x\":1}} | 'a': unknown field 'x'",
                "4 | {\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"shape\":[1],\"data_offsets\":[0,4]}} | Duplicate field"
                        + " 'shape'",
                "8 | {\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                        + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}} | Duplicate field 'a'",
                "8 | {\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}"
                        + " | 'a' starts at byte 4 of the data, after",
                "8 | {\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                        + "\"b\":{\"dtype\":\"U8\",\"shape\":[6],\"data_offsets\":[2,8]}}"
                        + " | 'b' starts at byte 2 of the data, inside",
                "4 | {\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} | 'a' ends at byte 8",
                "8 | {\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}"
                        + " | describes 4 bytes of data, but the file",
                "0 | {\"__metadata__\":{\"a\":1}} | __metadata__.a: a text was expected",
                "0 | {\"__metadata__\":[]} | __metadata__: an object was expected"
            })
    void brokenHeaderIsRefusedByName(int dataBytes, String header, String message) {
        assertThatThrownBy(() -> reader(raw(header, dataBytes)))
                .isInstanceOf(TensorFormatException.class)
                .hasMessageStartingWith("some.safetensors: ")
                .hasMessageContaining(message);
    }

    @Test
    void absurdHeaderLengthIsRefusedWithoutReservingMemory() {
        for (var length : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 100_000_001}) {
            var content = ByteBuffer.allocate(64)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(length)
                    .array();
            assertThatThrownBy(() -> reader(content))
                    .isInstanceOf(TensorFormatException.class)
                    .hasMessageContaining("its header would have " + Long.toUnsignedString(length) + " bytes");
        }
    }

    @Test
    void tensorsInAnotherOrderThanTheirDataAreRead() throws IOException {
        var content = raw(
                "{\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[2,3]},"
                        + "\"a\":{\"data_offsets\":[0,2],\"shape\":[2],\"dtype\":\"U8\"}}",
                3);
        content[content.length - 1] = 9;
        try (var reader = reader(content)) {
            assertThat(reader.tensors()).extracting(TensorInfo::name).containsExactly("a", "b");
            assertThat(reader.readLongs("b")).containsExactly(9);
        }
    }

    @Test
    void writerRefusesWhatDoesNotAgreeWithItsHeader() throws IOException {
        var a = TensorInfo.float32("a", 2);
        var b = TensorInfo.float32("b", 2);
        var out = new ByteArrayOutputStream();
        assertThatThrownBy(() -> new SafetensorsWriter(out, List.of(a, a), Map.of()))
                .hasMessageContaining("'a' is given twice");
        assertThatThrownBy(() -> new SafetensorsWriter(out, List.of(TensorInfo.float32("__metadata__")), Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TensorInfo.float32("a", -1)).hasMessageContaining("'a'");
        assertThatThrownBy(() -> TensorInfo.float32("a", 1L << 40, 1L << 40)).hasMessageContaining("'a'");
        var writer = new SafetensorsWriter(out, List.of(a, b), Map.of());
        assertThatThrownBy(() -> writer.write(TensorSource.of(b, new float[2]))).hasMessageContaining("was announced");
        assertThatThrownBy(() -> writer.write(TensorSource.of(a, new float[1]))).hasMessageContaining("too soon");
        assertThatThrownBy(() -> writer.write(TensorSource.of(a, new float[3]))).hasMessageContaining("more elements");
        assertThatThrownBy(() -> writer.write(TensorSource.ofBytes(a, new byte[7])))
                .hasMessageContaining("whole");
        assertThatThrownBy(writer::finish).hasMessageContaining("a F32[2]");
        writer.write(TensorSource.of(a, new float[2]));
        assertThatThrownBy(() -> writer.write(TensorSource.of(a, new float[2]))).hasMessageContaining("was announced");
        writer.write(TensorSource.of(b, new float[2]));
        assertThatThrownBy(() -> writer.write(TensorSource.of(b, new float[2]))).hasMessageContaining("not announced");
        assertThatThrownBy(writer::finish).hasMessageContaining("bytes were written instead of");
        var integers = new TensorInfo("i", TensorType.I32, new long[] {1});
        assertThatThrownBy(() -> file(Map.of(), TensorSource.of(integers, new float[1])))
                .hasMessageContaining("takes bytes");
    }

    @Test
    void sinkOfAnArrayTakesNoMoreThanItHolds() {
        assertThatThrownBy(() -> FloatSink.into(new float[1]).accept(FloatBuffer.allocate(2)))
                .isInstanceOf(java.nio.BufferOverflowException.class);
    }
}
