package org.casdm.tensor.pytorch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.casdm.tensor.pytorch.KnownGlobal.ElementType;
import org.casdm.tensor.pytorch.KnownGlobal.NamedConstant;
import org.casdm.tensor.pytorch.PickleValue.DictionaryValue;
import org.casdm.tensor.pytorch.PickleValue.GlobalValue;
import org.casdm.tensor.pytorch.PickleValue.ListValue;
import org.casdm.tensor.pytorch.PickleValue.TensorValue;
import org.casdm.tensor.pytorch.PickleValue.TupleValue;
import org.casdm.tensor.pytorch.PickleValue.UnknownValue;

/**
 * Turns what a pickle holds into immutable Java values, and flattens it: the path of a value is its dict keys and list
 * places joined by dots. A pickle can say a value once and use it many times, even inside itself; so depth and number
 * of visited values are limited.
 */
final class StateTree {

    private static final int DEEPEST = 100;
    private static final int MOST_VALUES = 1_000_000;
    private static final int LONGEST_NAME = 4096;
    /** All names together: each list item repeats the name of its list. */
    private static final long MOST_NAME_CHARACTERS = 64L << 20;

    private final String file;
    private final BiFunction<String, TensorValue, PyTorchTensor> makeTensor;
    private final Map<String, PyTorchTensor> tensors = new LinkedHashMap<>();
    private final Map<String, Object> values = new LinkedHashMap<>();
    private final Map<String, String> refused = new LinkedHashMap<>();
    private final Object root;
    private int visited;
    private long nameCharacters;

    /** @param makeTensor gives the tensor of a path */
    StateTree(String file, Object pickled, BiFunction<String, TensorValue, PyTorchTensor> makeTensor)
            throws PyTorchFileException {
        this.file = file;
        this.makeTensor = makeTensor;
        this.root = convert("", pickled, 0);
        if (root instanceof RefusedValue all) {
            throw new PickleException(file, all.reason());
        }
    }

    /** Maps, lists and values, all unmodifiable. */
    Object root() {
        return root;
    }

    Map<String, PyTorchTensor> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    /** What is neither a tensor nor a container, by path. */
    Map<String, Object> values() {
        return Collections.unmodifiableMap(values);
    }

    /** What is not read, by path, and why. */
    Map<String, String> refused() {
        return Collections.unmodifiableMap(refused);
    }

    private Object convert(String path, Object value, int depth) throws PyTorchFileException {
        if (depth > DEEPEST) {
            throw problem(path, "values are nested deeper than " + DEEPEST);
        }
        if (++visited > MOST_VALUES) {
            throw problem(path, "the tree has more than " + MOST_VALUES + " values");
        }
        nameCharacters += path.length();
        if (path.length() > LONGEST_NAME) {
            throw problem(path, "the name is longer than " + LONGEST_NAME + " characters");
        }
        if (nameCharacters > MOST_NAME_CHARACTERS) {
            throw problem(
                    path, "the names of all values together have more than " + MOST_NAME_CHARACTERS + " characters");
        }
        if (value instanceof DictionaryValue dictionary) {
            return convertEntries(path, dictionary, depth);
        }
        if (value instanceof ListValue list) {
            return convertItems(path, list.items, depth);
        }
        if (value instanceof TupleValue tuple) {
            return convertItems(path, tuple.items, depth);
        }
        if (value instanceof TensorValue tensor) {
            return add(tensors, path, makeTensor.apply(path, tensor));
        }
        if (value instanceof GlobalValue global
                && (global.global() instanceof ElementType || global.global() instanceof NamedConstant)) {
            return add(values, path, global.kind());
        }
        if (value instanceof UnknownValue unknown) {
            return refuse(path, unknown.reason());
        }
        if (value instanceof PickleValue other) {
            return refuse(path, "a " + other.kind() + " is neither a tensor nor a plain value");
        }
        return add(values, path, value);
    }

    private RefusedValue refuse(String path, String reason) throws PyTorchFileException {
        add(refused, path, reason);
        return new RefusedValue(reason);
    }

    private Map<Object, Object> convertEntries(String path, DictionaryValue dictionary, int depth)
            throws PyTorchFileException {
        var entries = new LinkedHashMap<Object, Object>();
        for (var entry : dictionary.entries.entrySet()) {
            var key = key(entry.getKey());
            if (key.isPresent()) {
                entries.put(key.get(), convert(join(path, key.get(), depth), entry.getValue(), depth + 1));
            } else {
                var place = "<key " + entries.size() + ">";
                entries.put(
                        place,
                        refuse(
                                join(path, place, depth),
                                "a dict key of type " + PickleValue.kindOf(entry.getKey()) + " has no name"));
            }
        }
        return Collections.unmodifiableMap(entries);
    }

    /** How a key is shown: itself, or the text that Python shows for None and for a tuple of plain values. */
    private static Optional<Object> key(Object key) {
        if (key instanceof TupleValue tuple && tuple.items.stream().allMatch(StateTree::isPlain)) {
            return Optional.of(tuple.items.stream().map(String::valueOf).collect(Collectors.joining(", ", "(", ")")));
        }
        return isPlain(key) ? Optional.of(key == null ? "None" : key) : Optional.empty();
    }

    private static boolean isPlain(Object key) {
        return key == null || key instanceof String || key instanceof Number || key instanceof Boolean;
    }

    private List<Object> convertItems(String path, List<Object> items, int depth) throws PyTorchFileException {
        var converted = new ArrayList<>();
        for (var item : items) {
            converted.add(convert(join(path, converted.size(), depth), item, depth + 1));
        }
        return Collections.unmodifiableList(converted);
    }

    private static String join(String path, Object key, int depth) {
        return depth == 0 ? key.toString() : path + '.' + key;
    }

    private <V> V add(Map<String, V> target, String path, V value) throws PyTorchFileException {
        if (tensors.containsKey(path) || values.containsKey(path) || refused.containsKey(path)) {
            throw problem(path, "two values of the tree have this name");
        }
        target.put(path, value);
        return value;
    }

    private PyTorchFileException problem(String path, String what) {
        return new PyTorchFileException(file, Text.quote(path) + ": " + what);
    }
}
