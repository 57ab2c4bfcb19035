package org.casdm.tensor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The JSON header of a safetensors file: where each tensor is in the data that follows, and free text about the file.
 * The rules are those of the reference implementation: the data holds the tensors without gap or overlap.
 *
 * @param entries   in the order of the data
 * @param refused   names of the tensors whose element type is not known here, and why they cannot be read
 * @param metadata  the texts of {@code __metadata__}
 * @param dataBytes length of the data after the header
 */
record SafetensorsHeader(
        List<Entry> entries, Map<String, String> refused, Map<String, String> metadata, long dataBytes) {

    /** As in the reference implementation: a header beyond it is a broken or hostile file. */
    static final int MAXIMUM_BYTES = 100_000_000;

    static final int LENGTH_BYTES = 8;
    static final String METADATA_KEY = "__metadata__";

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** A tensor and its bytes, counted from the end of the header; {@code end} is exclusive. */
    record Entry(TensorInfo info, long begin, long end) {}

    /** The bytes of a tensor of any element type. */
    private record Span(String tensor, long begin, long end) {}

    SafetensorsHeader {
        entries = List.copyOf(entries);
        refused = Collections.unmodifiableMap(new LinkedHashMap<>(refused));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /**
     * A header for tensors laid one after the other in the given order.
     *
     * @throws IllegalArgumentException if a name is given twice or reserved, or the file would exceed 2^63 bytes
     */
    static SafetensorsHeader layOut(List<TensorInfo> tensors, Map<String, String> metadata) {
        var names = new HashSet<String>();
        var entries = new ArrayList<Entry>(tensors.size());
        var position = 0L;
        for (var info : tensors) {
            if (info.name().equals(METADATA_KEY)) {
                throw new IllegalArgumentException("a tensor cannot be named " + METADATA_KEY);
            }
            if (!names.add(info.name())) {
                throw new IllegalArgumentException("tensor '" + info.name() + "' is given twice");
            }
            var end = Math.addExact(position, info.byteSize());
            entries.add(new Entry(info, position, end));
            position = end;
        }
        return new SafetensorsHeader(entries, Map.of(), metadata, position);
    }

    /** The JSON text, padded with spaces so that the data starts at a multiple of eight bytes. */
    byte[] toJson() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart(METADATA_KEY);
                for (var text : metadata.entrySet()) {
                    json.writeStringField(text.getKey(), text.getValue());
                }
                json.writeEndObject();
            }
            for (var entry : entries) {
                var shape = entry.info().shape();
                json.writeObjectFieldStart(entry.info().name());
                json.writeStringField("dtype", entry.info().type().name());
                json.writeFieldName("shape");
                json.writeArray(shape, 0, shape.length);
                json.writeFieldName("data_offsets");
                json.writeArray(new long[] {entry.begin(), entry.end()}, 0, 2);
                json.writeEndObject();
            }
            json.writeEndObject();
        }
        while (bytes.size() % 8 != 0) {
            bytes.write(' ');
        }
        if (bytes.size() > MAXIMUM_BYTES) {
            throw new IllegalArgumentException(
                    "a safetensors header of " + bytes.size() + " bytes exceeds the limit of " + MAXIMUM_BYTES);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads and checks a header.
     *
     * @param file      for messages
     * @param json      the header's bytes
     * @param dataBytes what the file holds after the header
     */
    static SafetensorsHeader parse(String file, byte[] json, long dataBytes) throws TensorFormatException {
        // The format requires the brace first; white space in front of it is not allowed.
        if (json.length == 0 || json[0] != '{') {
            throw new TensorFormatException(file, "not a safetensors file: its header is not a JSON object");
        }
        try (var parser = JSON.createParser(json)) {
            return new Parsing(file, parser, dataBytes, new ArrayList<>(), new LinkedHashMap<>()).header();
        } catch (TensorFormatException e) {
            throw e;
        } catch (JsonProcessingException e) {
            throw new TensorFormatException(file, "the header is damaged: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new TensorFormatException(file, "the header is damaged", e);
        }
    }

    private static void requireWholeCover(String file, List<Span> spans, long dataBytes) throws TensorFormatException {
        var position = 0L;
        for (var span : spans) {
            if (span.begin() != position) {
                throw new TensorFormatException(
                        file,
                        "tensor '" + span.tensor() + "' starts at byte "
                                + span.begin() + " of the data, "
                                + (span.begin() < position ? "inside the tensor before it" : "after a gap")
                                + ", instead of at " + position);
            }
            if (span.end() > dataBytes) {
                throw new TensorFormatException(
                        file,
                        "tensor '" + span.tensor() + "' ends at byte " + span.end()
                                + " of the data, but the file has only " + dataBytes + " bytes of data");
            }
            position = span.end();
        }
        if (position != dataBytes) {
            throw new TensorFormatException(
                    file, "the header describes " + position + " bytes of data, but the file has " + dataBytes);
        }
    }

    /** One pass over the JSON text. */
    private record Parsing(
            String file, JsonParser parser, long dataBytes, List<Span> spans, Map<String, String> refused) {

        SafetensorsHeader header() throws IOException {
            expect(parser.nextToken(), JsonToken.START_OBJECT, "an object", "the header");
            var entries = new ArrayList<Entry>();
            var metadata = new LinkedHashMap<String, String>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                var name = parser.currentName();
                if (name.equals(METADATA_KEY)) {
                    readMetadata(metadata);
                } else {
                    entry(name).ifPresent(entries::add);
                }
            }
            if (parser.nextToken() != null) {
                throw new TensorFormatException(file, "the header continues after the end of its JSON object");
            }
            entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
            spans.sort(Comparator.comparingLong(Span::begin).thenComparingLong(Span::end));
            requireWholeCover(file, spans, dataBytes);
            return new SafetensorsHeader(entries, refused, metadata, dataBytes);
        }

        private void readMetadata(Map<String, String> metadata) throws IOException {
            expect(parser.nextToken(), JsonToken.START_OBJECT, "an object", METADATA_KEY);
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                var key = parser.currentName();
                expect(parser.nextToken(), JsonToken.VALUE_STRING, "a text", METADATA_KEY + "." + key);
                metadata.put(key, parser.getText());
            }
        }

        /** Empty for a tensor of an element type that is not known here. */
        private Optional<Entry> entry(String name) throws IOException {
            var place = "tensor '" + name + "'";
            expect(parser.nextToken(), JsonToken.START_OBJECT, "an object", place);
            String type = null;
            long[] shape = null;
            long[] offsets = null;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                var field = parser.currentName();
                switch (field) {
                    case "dtype" -> {
                        expect(parser.nextToken(), JsonToken.VALUE_STRING, "a text", place + ", dtype");
                        type = parser.getText();
                    }
                    case "shape" -> shape = integers(place + ", shape");
                    case "data_offsets" -> offsets = integers(place + ", data_offsets");
                    default -> throw new TensorFormatException(file, place + ": unknown field '" + field + "'");
                }
            }
            if (type == null || shape == null || offsets == null) {
                throw new TensorFormatException(file, place + ": dtype, shape or data_offsets is missing");
            }
            if (offsets.length != 2 || offsets[0] > offsets[1]) {
                throw new TensorFormatException(
                        file, place + ": data_offsets " + Arrays.toString(offsets) + " are not a begin and an end");
            }
            spans.add(new Span(name, offsets[0], offsets[1]));
            var known = type(type);
            if (known.isEmpty()) {
                refused.put(name, "element type '" + type + "' is not one of " + Arrays.toString(TensorType.values()));
                return Optional.empty();
            }
            TensorInfo info;
            try {
                info = new TensorInfo(name, known.get(), shape);
            } catch (IllegalArgumentException e) {
                throw new TensorFormatException(file, e.getMessage(), e);
            }
            if (offsets[1] - offsets[0] != info.byteSize()) {
                throw new TensorFormatException(
                        file,
                        place + ": " + type + Arrays.toString(shape) + " takes " + info.byteSize()
                                + " bytes, but data_offsets give " + (offsets[1] - offsets[0]));
            }
            return Optional.of(new Entry(info, offsets[0], offsets[1]));
        }

        private static Optional<TensorType> type(String name) {
            return Arrays.stream(TensorType.values())
                    .filter(type -> type.name().equals(name))
                    .findFirst();
        }

        private long[] integers(String place) throws IOException {
            expect(parser.nextToken(), JsonToken.START_ARRAY, "a list", place);
            var numbers = new ArrayList<Long>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                expect(parser.currentToken(), JsonToken.VALUE_NUMBER_INT, "a whole number", place);
                var number = parser.getLongValue();
                if (number < 0) {
                    throw new TensorFormatException(file, place + ": " + number + " is negative");
                }
                numbers.add(number);
            }
            return numbers.stream().mapToLong(Long::longValue).toArray();
        }

        private void expect(JsonToken found, JsonToken expected, String description, String place)
                throws TensorFormatException {
            if (found != expected) {
                throw new TensorFormatException(file, place + ": " + description + " was expected in the header");
            }
        }
    }
}
