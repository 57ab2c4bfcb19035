package org.casdm.tensor.pytorch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.casdm.tensor.TensorType;

/**
 * What a pickle builds besides {@code null}, {@code Boolean}, {@code Long}, {@code BigInteger}, {@code Double} and
 * {@code String}. Containers have identity only, on purpose: a hostile pickle can nest them in themselves, and then a
 * hash or a comparison by content would not end.
 */
sealed interface PickleValue {

    /** What messages call a value of this kind. */
    String kind();

    /** A Python list. */
    final class ListValue implements PickleValue {
        final List<Object> items = new ArrayList<>();

        @Override
        public String kind() {
            return "list";
        }
    }

    /** A Python tuple. */
    final class TupleValue implements PickleValue {
        final List<Object> items;

        TupleValue(List<Object> items) {
            this.items = items;
        }

        @Override
        public String kind() {
            return "tuple";
        }
    }

    /** A Python dict or OrderedDict. Keys are strings, numbers or truth values. */
    final class DictionaryValue implements PickleValue {
        final Map<Object, Object> entries = new LinkedHashMap<>();
        final boolean ordered;

        DictionaryValue(boolean ordered) {
            this.ordered = ordered;
        }

        @Override
        public String kind() {
            return ordered ? "OrderedDict" : "dict";
        }
    }

    /**
     * A storage, or a part of one: elements {@code firstElement} up to {@code firstElement + elementCount} of it.
     *
     * @param key what the file calls the storage
     * @param type type of its elements, U8 if it is untyped
     * @param wholeCount elements of the whole storage
     */
    record StorageValue(String key, TensorType type, long wholeCount, long firstElement, long elementCount)
            implements PickleValue {

        long wholeBytes() {
            return wholeCount * type.byteSize();
        }

        @Override
        public String kind() {
            return "storage";
        }
    }

    /** A tensor over a storage; the same tensor may stand at several places of the tree. */
    record TensorValue(StorageValue storage, TensorType type, StridedLayout layout, boolean parameter)
            implements PickleValue {
        @Override
        public String kind() {
            return "tensor";
        }
    }

    /** A known Python name. */
    record GlobalValue(KnownGlobal global) implements PickleValue {
        @Override
        public String kind() {
            return global.pythonName();
        }
    }

    /** What messages call a value. */
    static String kindOf(Object value) {
        if (value == null) {
            return "None";
        }
        return value instanceof PickleValue known
                ? known.kind()
                : value.getClass().getSimpleName();
    }
}
