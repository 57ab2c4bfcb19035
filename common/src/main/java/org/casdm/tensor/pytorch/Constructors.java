package org.casdm.tensor.pytorch;

import java.util.List;
import org.casdm.tensor.pytorch.KnownGlobal.Callable;
import org.casdm.tensor.pytorch.KnownGlobal.ElementType;
import org.casdm.tensor.pytorch.PickleValue.DictionaryValue;
import org.casdm.tensor.pytorch.PickleValue.GlobalValue;
import org.casdm.tensor.pytorch.PickleValue.ListValue;
import org.casdm.tensor.pytorch.PickleValue.StorageValue;
import org.casdm.tensor.pytorch.PickleValue.TensorValue;
import org.casdm.tensor.pytorch.PickleValue.TupleValue;

/**
 * What the few callables of {@link KnownGlobal} build, following {@code torch/_utils.py}. Every wrong argument is an
 * {@link IllegalArgumentException} that says what is wrong.
 */
final class Constructors {

    private Constructors() {}

    static Object call(Callable callable, List<Object> arguments) {
        return switch (callable) {
            case ORDERED_DICT -> orderedDictionary(arguments);
            case SIZE -> size(arguments);
            case REBUILD_TENSOR -> tensor(callable, arguments, 4, 4);
            case REBUILD_TENSOR_V2 -> tensor(callable, arguments, 6, 7);
            case REBUILD_TENSOR_V3 -> tensor(callable, arguments, 7, 8);
            case REBUILD_PARAMETER -> parameter(arguments);
        };
    }

    /** Adds an entry as a dict literal would, except that a key that is there already is an error. */
    static void put(DictionaryValue dictionary, Object key, Object value) {
        if (!(key instanceof String || key instanceof Long || key instanceof Boolean || key instanceof Double)) {
            throw new IllegalArgumentException("a dict key of type " + PickleValue.kindOf(key)
                    + "; only strings, numbers and truth values can be keys");
        }
        if (dictionary.entries.containsKey(key)) {
            throw new IllegalArgumentException("key " + Text.quote(key.toString()) + " stands twice in one dict");
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
    private static TensorValue tensor(Callable callable, List<Object> arguments, int fewest, int most) {
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
            throw new IllegalArgumentException(callable.pythonName() + " with metadata is not supported");
        }
        var type = storage.type();
        var storageCount = storage.elementCount();
        if (callable == Callable.REBUILD_TENSOR_V3) {
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

    /** {@code (data, requires_grad, backward_hooks)}. */
    private static TensorValue parameter(List<Object> arguments) {
        if (arguments.size() != 3 || !(arguments.get(0) instanceof TensorValue data)) {
            throw wrongArguments(Callable.REBUILD_PARAMETER);
        }
        return new TensorValue(data.storage(), data.type(), data.layout(), true);
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
