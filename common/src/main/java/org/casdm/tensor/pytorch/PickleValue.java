package org.casdm.tensor.pytorch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.casdm.tensor.TensorType;

/**
 * What a pickle builds, apart from {@code null}, {@code Boolean}, {@code Long}, {@code BigInteger}, {@code Double},
 * {@code String} and read-only {@code ByteBuffer} (bytes). Containers have identity only, on purpose: a hostile pickle can nest them in themselves, and then a
 * hash or a comparison by content would not end.
 */
sealed interface PickleValue {

    /** What messages call a value of this kind. */
    String kind();

    /** A Python list or set. */
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

    /** A Python dict, Counter or OrderedDict. Keys are of any hashable type. */
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

    /** A tensor over a storage; the same tensor may occur at several places of the tree. */
    record TensorValue(StorageValue storage, TensorType type, StridedLayout layout, boolean parameter)
            implements PickleValue {

        TensorValue asParameter() {
            return new TensorValue(storage, type, layout, true);
        }

        @Override
        public String kind() {
            return "tensor";
        }
    }

    /**
     * Something that this reader does not know: it is never made, and whatever is made of it or done to it is unknown
     * as well.
     *
     * @param reason what it is, and why it is refused where it is asked for
     */
    record UnknownValue(String reason) implements PickleValue {

        static UnknownValue named(String pythonName) {
            return new UnknownValue(Text.quote(pythonName)
                    + " refused: a state file may contain only tensors and plain values"
                    + " (save model.state_dict() instead of objects)");
        }

        @Override
        public String kind() {
            return reason;
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
