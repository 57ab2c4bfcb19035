package org.casdm.tensor.npy;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.casdm.tensor.TensorFormatException;

/**
 * What an {@code .npy} file says of its array.
 *
 * @param type         of the elements
 * @param order        of the bytes of an element in the file
 * @param fortranOrder whether the first index runs fastest
 * @param shape        lengths of the axes; empty for a scalar
 */
public record NpyHeader(NpyType type, ByteOrder order, boolean fortranOrder, List<Long> shape) {

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int LARGEST_HEADER = 1 << 16;
    private static final int ALIGNMENT = 64;
    private static final Pattern ENTRY = Pattern.compile(
            "\\s*(?:'(\\w+)'|\"(\\w+)\")\\s*:\\s*('[^']*'|\"[^\"]*\"|True|False|\\([\\s\\dL,]*\\))\\s*(?:,|(?=\\}))");

    /** Copies the shape; its product must be representable. */
    public NpyHeader {
        shape = List.copyOf(shape);
        var count = 1L;
        for (var length : shape) {
            if (length < 0) {
                throw new IllegalArgumentException("an axis of length " + length);
            }
            count = Math.multiplyExact(count, length);
        }
        Math.multiplyExact(count, (long) type.bytes());
    }

    /** An array in C order with little-endian elements: what is written. */
    public static NpyHeader of(NpyType type, long... shape) {
        return new NpyHeader(
                type,
                ByteOrder.LITTLE_ENDIAN,
                false,
                Arrays.stream(shape).boxed().toList());
    }

    /** Number of elements; 1 for a scalar. */
    public long elementCount() {
        return shape.stream().reduce(1L, (product, length) -> product * length);
    }

    /** Number of bytes that follow the header. */
    public long dataBytes() {
        return elementCount() * type.bytes();
    }

    /** The shape as NumPy prints it. */
    public String shapeText() {
        return shape.size() == 1
                ? "(" + shape.get(0) + ",)"
                : shape.stream().map(String::valueOf).collect(Collectors.joining(", ", "(", ")"));
    }

    /** Reads a header and leaves the stream at the first element. */
    static NpyHeader read(String name, InputStream input) throws IOException {
        var start = readFully(name, input, MAGIC.length + 2);
        if (!Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new TensorFormatException(name, "not a NumPy array: it does not begin with \\x93NUMPY");
        }
        var version = start[MAGIC.length];
        if (version < 1 || version > 3) {
            throw new TensorFormatException(
                    name, "version " + version + " of the .npy format is not supported; 1 to 3 are");
        }
        var lengthBytes =
                ByteBuffer.wrap(readFully(name, input, version == 1 ? 2 : 4)).order(ByteOrder.LITTLE_ENDIAN);
        var length = version == 1 ? lengthBytes.getShort() & 0xffff : lengthBytes.getInt();
        if (length < 0 || length > LARGEST_HEADER) {
            throw new TensorFormatException(
                    name,
                    "a header of " + Integer.toUnsignedString(length) + " bytes; at most " + LARGEST_HEADER
                            + " are read");
        }
        return parse(name, new String(readFully(name, input, length), StandardCharsets.UTF_8));
    }

    private static byte[] readFully(String name, InputStream input, int count) throws IOException {
        var bytes = input.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException(name + ": ends within the header of a NumPy array");
        }
        return bytes;
    }

    private static NpyHeader parse(String name, String text) throws TensorFormatException {
        var dictionary = text.strip();
        if (!dictionary.startsWith("{") || !dictionary.endsWith("}")) {
            throw unreadable(name, text);
        }
        String descr = null;
        String fortranOrder = null;
        String shape = null;
        var matcher = ENTRY.matcher(dictionary).region(1, dictionary.length());
        while (matcher.lookingAt()) {
            var key = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
            switch (key) {
                case "descr" -> descr = matcher.group(3);
                case "fortran_order" -> fortranOrder = matcher.group(3);
                case "shape" -> shape = matcher.group(3);
                default -> throw unreadable(name, text);
            }
            matcher.region(matcher.end(), dictionary.length());
        }
        var rest = dictionary.substring(matcher.regionStart()).strip();
        if (!rest.equals("}")
                || descr == null
                || shape == null
                || !shape.startsWith("(")
                || !("True".equals(fortranOrder) || "False".equals(fortranOrder))) {
            throw unreadable(name, text);
        }
        return create(name, descr.replaceAll("['\"]", ""), fortranOrder.equals("True"), shape);
    }

    private static NpyHeader create(String name, String descr, boolean fortranOrder, String shape)
            throws TensorFormatException {
        if (descr.contains("O")) {
            throw new TensorFormatException(
                    name, "holds pickled Python objects, which are never read; save plain arrays of numbers instead");
        }
        var type = descr.isEmpty() ? null : NpyType.ofCode(descr.substring(1)).orElse(null);
        var order = switch (descr.isEmpty() ? ' ' : descr.charAt(0)) {
            case '<', '|', '=' -> ByteOrder.LITTLE_ENDIAN;
            case '>' -> ByteOrder.BIG_ENDIAN;
            default -> null;
        };
        if (type == null || order == null) {
            throw new TensorFormatException(
                    name,
                    "element type '" + descr + "' is not supported; supported are: "
                            + Arrays.stream(NpyType.values()).map(NpyType::code).collect(Collectors.joining(", ")));
        }
        try {
            var lengths = new ArrayList<Long>();
            for (var length : shape.substring(1, shape.length() - 1).split(",")) {
                if (!length.isBlank()) {
                    lengths.add(Long.parseLong(length.strip().replaceAll("L$", "")));
                }
            }
            return new NpyHeader(type, order, fortranOrder, lengths);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new TensorFormatException(name, "a shape of " + shape + " is not the shape of an array", e);
        }
    }

    private static TensorFormatException unreadable(String name, String text) {
        var shown = text.length() > 200 ? text.substring(0, 200) + "..." : text;
        return new TensorFormatException(
                name,
                "the header of a NumPy array should be a dictionary of 'descr', 'fortran_order' and 'shape' and is: "
                        + shown.strip());
    }

    /** The header as NumPy writes it: version 1, padded so that the elements begin at a multiple of 64. */
    byte[] toBytes() {
        var code = (type.bytes() == 1 ? '|' : order == ByteOrder.LITTLE_ENDIAN ? '<' : '>') + type.code();
        var dictionary = "{'descr': '" + code + "', 'fortran_order': " + (fortranOrder ? "True" : "False")
                + ", 'shape': " + shapeText() + ", }";
        var start = MAGIC.length + 4;
        var total = (start + dictionary.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        var bytes = ByteBuffer.allocate(total).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (total - start));
        bytes.put(dictionary.getBytes(StandardCharsets.US_ASCII));
        while (bytes.position() < total - 1) {
            bytes.put((byte) ' ');
        }
        return bytes.put((byte) '\n').array();
    }
}
