package org.casdm.tensor.pytorch;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.casdm.tensor.pytorch.KnownGlobal.Callable;
import org.casdm.tensor.pytorch.KnownGlobal.ElementType;
import org.casdm.tensor.pytorch.KnownGlobal.NamedConstant;
import org.casdm.tensor.pytorch.KnownGlobal.TensorClass;
import org.casdm.tensor.pytorch.PickleValue.DictionaryValue;
import org.casdm.tensor.pytorch.PickleValue.GlobalValue;
import org.casdm.tensor.pytorch.PickleValue.ListValue;
import org.casdm.tensor.pytorch.PickleValue.StorageValue;
import org.casdm.tensor.pytorch.PickleValue.TensorValue;
import org.casdm.tensor.pytorch.PickleValue.TupleValue;
import org.casdm.tensor.pytorch.PickleValue.UnknownValue;

/**
 * What the few callables of {@link KnownGlobal} build, following {@code torch/_utils.py}. Every wrong argument is an
 * {@link IllegalArgumentException} that says what is wrong.
 */
final class Constructors {

    private Constructors() {}

    /** The result; of an unknown argument that matters, the argument. */
    static Object call(Callable callable, List<Object> arguments) {
        var unknown = arguments.stream()
                .limit(callable.used())
                .filter(UnknownValue.class::isInstance)
                .findFirst();
        if (unknown.isPresent()) {
            return unknown.get();
        }
        return switch (callable) {
            case ORDERED_DICT -> orderedDictionary(arguments);
            case SIZE -> size(arguments);
            case REBUILD_TENSOR -> tensor(callable, arguments, 4, 4);
            case REBUILD_TENSOR_V2 -> tensor(callable, arguments, 6, 7);
            case REBUILD_TENSOR_V3 -> tensor(callable, arguments, 7, 8);
            case REBUILD_PARAMETER -> parameter(callable, arguments, 3);
            case REBUILD_PARAMETER_WITH_STATE -> parameter(callable, arguments, 4);
            case REBUILD_FROM_TYPE -> ofClass(arguments);
            case COUNTER -> counter(arguments);
            case SET, FROZEN_SET -> set(callable, arguments);
            case ENCODE, BYTES, BYTE_ARRAY -> bytes(callable, arguments);
            case COMPLEX -> complex(arguments);
            case DEVICE -> device(arguments);
            case LAYOUT -> text(callable, arguments, 1);
        };
    }

    /** Adds an entry as a dict literal would, except that a key that is there already is an error. */
    static void put(DictionaryValue dictionary, Object key, Object value) {
        if (key instanceof ListValue || key instanceof DictionaryValue) {
            throw new IllegalArgumentException(
                    "a dict key of type " + PickleValue.kindOf(key) + ", which cannot be a key in Python");
        }
        if (dictionary.entries.containsKey(key)) {
            throw new IllegalArgumentException("key " + Text.quote(String.valueOf(key)) + " occurs twice in one dict");
        }
        dictionary.entries.put(key, value);
    }

    private static DictionaryValue orderedDictionary(List<Object> arguments) {
        var dictionary = new DictionaryValue(true);
        if (arguments.isEmpty()) {
            return dictionary;
        }
        if (arguments.size() != 1) {
            throw wrongArguments(Callable.ORDERED_DICT);
        }
        // Python 2 gave the content as a list of pairs.
        for (var pair : items(Callable.ORDERED_DICT, arguments.get(0))) {
            var keyAndValue = items(Callable.ORDERED_DICT, pair);
            if (keyAndValue.size() != 2) {
                throw wrongArguments(Callable.ORDERED_DICT);
            }
            put(dictionary, keyAndValue.get(0), keyAndValue.get(1));
        }
        return dictionary;
    }

    private static TupleValue size(List<Object> arguments) {
        if (arguments.size() != 1) {
            throw wrongArguments(Callable.SIZE);
        }
        numbers(Callable.SIZE, arguments.get(0));
        return new TupleValue(items(Callable.SIZE, arguments.get(0)));
    }

    /**
     * {@code (storage, storage offset, size, stride[, requires_grad, backward_hooks][, dtype][, metadata])}. Whether it
     * requires a gradient, and hooks, are of no use to a reader of values.
     */
    private static Object tensor(Callable callable, List<Object> arguments, int fewest, int most) {
        if (arguments.size() < fewest
                || arguments.size() > most
                || !(arguments.get(0) instanceof StorageValue storage && arguments.get(1) instanceof Long offset)) {
            throw wrongArguments(callable);
        }
        if (arguments.size() == most
                && most > fewest
                && arguments.get(most - 1) instanceof DictionaryValue metadata
                && metadata.entries.values().stream().anyMatch(flag -> !Boolean.FALSE.equals(flag))) {
            // Conjugated or negated views: their elements are not what the storage holds.
            return new UnknownValue(
                    "a conjugated or negated view of a tensor cannot be read: save it with .resolve_conj()"
                            + " and .resolve_neg()");
        }
        var type = storage.type();
        var storageCount = storage.elementCount();
        if (callable == Callable.REBUILD_TENSOR_V3) {
            if (arguments.get(6) instanceof GlobalValue value && value.global() instanceof NamedConstant constant) {
                return new UnknownValue("a tensor of " + constant.pythonName() + " cannot be read");
            }
            if (!(arguments.get(6) instanceof GlobalValue value && value.global() instanceof ElementType elementType)) {
                throw wrongArguments(callable);
            }
            if (storage.firstElement() != 0) {
                throw new IllegalArgumentException(callable.pythonName() + " over a part of a storage");
            }
            type = elementType.type();
            storageCount = storage.wholeBytes() / type.byteSize();
        }
        var layout = new StridedLayout(
                offset, numbers(callable, arguments.get(2)), numbers(callable, arguments.get(3)), storageCount);
        return new TensorValue(storage, type, layout, false);
    }

    /** {@code (data, requires_grad, backward_hooks[, attributes])}. */
    private static TensorValue parameter(Callable callable, List<Object> arguments, int count) {
        if (arguments.size() != count || !(arguments.get(0) instanceof TensorValue data)) {
            throw wrongArguments(callable);
        }
        return data.asParameter();
    }

    /** {@code (callable, class, arguments, attributes)}: a tensor with attributes. */
    private static Object ofClass(List<Object> arguments) {
        if (arguments.size() != 4
                || !(arguments.get(0) instanceof GlobalValue made && made.global() instanceof Callable callable)
                || callable == Callable.REBUILD_FROM_TYPE
                || !(arguments.get(1) instanceof GlobalValue given && given.global() instanceof TensorClass kind)
                || !(arguments.get(2) instanceof TupleValue inner)) {
            throw wrongArguments(Callable.REBUILD_FROM_TYPE);
        }
        var result = call(callable, inner.items);
        if (result instanceof UnknownValue) {
            return result;
        }
        if (!(result instanceof TensorValue tensor)) {
            throw wrongArguments(Callable.REBUILD_FROM_TYPE);
        }
        return kind.parameter() ? tensor.asParameter() : tensor;
    }

    private static DictionaryValue counter(List<Object> arguments) {
        var dictionary = new DictionaryValue(false);
        if (arguments.size() > 1) {
            throw wrongArguments(Callable.COUNTER);
        }
        if (!arguments.isEmpty()) {
            if (!(arguments.get(0) instanceof DictionaryValue counts)) {
                throw wrongArguments(Callable.COUNTER);
            }
            dictionary.entries.putAll(counts.entries);
        }
        return dictionary;
    }

    private static ListValue set(Callable callable, List<Object> arguments) {
        var set = new ListValue();
        if (arguments.size() > 1) {
            throw wrongArguments(callable);
        }
        if (!arguments.isEmpty()) {
            set.items.addAll(items(callable, arguments.get(0)));
        }
        return set;
    }

    /** Protocol 2 has bytes as a text in Latin 1. */
    private static ByteBuffer bytes(Callable callable, List<Object> arguments) {
        if (arguments.isEmpty()) {
            return ByteBuffer.allocate(0).asReadOnlyBuffer();
        }
        if (arguments.size() == 1 && arguments.get(0) instanceof ByteBuffer bytes) {
            return bytes;
        }
        if (arguments.size() == 2
                && arguments.get(0) instanceof String text
                && (arguments.get(1).equals("latin1") || arguments.get(1).equals("latin-1"))
                && StandardCharsets.ISO_8859_1.newEncoder().canEncode(text)) {
            return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)).asReadOnlyBuffer();
        }
        throw wrongArguments(callable);
    }

    private static TupleValue complex(List<Object> arguments) {
        if (arguments.size() != 2 || !arguments.stream().allMatch(Double.class::isInstance)) {
            throw wrongArguments(Callable.COMPLEX);
        }
        return new TupleValue(arguments);
    }

    /** {@code (type[, index])}, as the text that PyTorch shows: {@code cuda:1}. */
    private static String device(List<Object> arguments) {
        var type = text(Callable.DEVICE, arguments, 2);
        if (arguments.size() == 1 || arguments.get(1) == null) {
            return type;
        }
        if (!(arguments.get(1) instanceof Long index)) {
            throw wrongArguments(Callable.DEVICE);
        }
        return type + ':' + index;
    }

    private static String text(Callable callable, List<Object> arguments, int most) {
        if (!arguments.isEmpty() && arguments.size() <= most && arguments.get(0) instanceof String text) {
            return text;
        }
        throw wrongArguments(callable);
    }

    private static List<Object> items(Callable callable, Object sequence) {
        if (sequence instanceof TupleValue tuple) {
            return tuple.items;
        }
        if (sequence instanceof ListValue list) {
            return list.items;
        }
        throw wrongArguments(callable);
    }

    private static long[] numbers(Callable callable, Object sequence) {
        return items(callable, sequence).stream()
                .mapToLong(item -> {
                    if (item instanceof Long number) {
                        return number;
                    }
                    throw wrongArguments(callable);
                })
                .toArray();
    }

    private static IllegalArgumentException wrongArguments(Callable callable) {
        return new IllegalArgumentException(
                callable.pythonName() + " is called with arguments of wrong number or type");
    }
}
