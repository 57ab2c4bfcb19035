package org.casdm.tensor.pytorch;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.casdm.tensor.TensorType;
import org.casdm.tensor.pytorch.KnownGlobal.OpaqueStorageClass;
import org.casdm.tensor.pytorch.KnownGlobal.StorageClass;
import org.casdm.tensor.pytorch.PickleValue.GlobalValue;
import org.casdm.tensor.pytorch.PickleValue.StorageValue;
import org.casdm.tensor.pytorch.PickleValue.UnknownValue;

/** The storages that a pickle refers to by persistent ids, in the order of their first mention. */
final class StorageTable {

    private final Map<String, StorageValue> storages = new LinkedHashMap<>();
    private final long fileSize;

    /** @param fileSize bytes of the file: no storage is larger */
    StorageTable(long fileSize) {
        this.fileSize = fileSize;
    }

    StorageValue get(String key) {
        return storages.get(key);
    }

    /**
     * The storage that a persistent id names:
     * {@code ('storage', class, key, device, elements[, None | (view key, first element, elements of the view)])}.
     *
     * @throws IllegalArgumentException saying what is wrong with the id
     */
    PickleValue resolve(List<Object> id) {
        if (id.size() >= 2 && "module".equals(id.get(0)) && id.get(1) instanceof UnknownValue unknown) {
            // Older files name the classes of whole modules so, with their source.
            return unknown;
        }
        if (id.size() < 5 || id.size() > 6 || !"storage".equals(id.get(0))) {
            throw new IllegalArgumentException("a persistent id that is not a storage"
                    + " (files with whole modules are refused: save the state dict)");
        }
        if (id.get(1) instanceof UnknownValue unknown) {
            return unknown;
        }
        if (!(id.get(1) instanceof GlobalValue global
                && id.get(2) instanceof String key
                && id.get(3) instanceof String
                && id.get(4) instanceof Long count)) {
            throw wrongTypes();
        }
        if (global.global() instanceof OpaqueStorageClass opaque) {
            // Its place is kept, since the older format has the storages one after the other.
            declare(key, TensorType.U8, count > fileSize ? count : count * opaque.bytes());
            return new UnknownValue("a tensor over a " + opaque.pythonName() + " cannot be read");
        }
        if (!(global.global() instanceof StorageClass storageClass)) {
            throw wrongTypes();
        }
        var whole = declare(key, storageClass.type(), count);
        return id.size() == 6 && id.get(5) != null ? view(whole, id.get(5)) : whole;
    }

    private static IllegalArgumentException wrongTypes() {
        return new IllegalArgumentException("a storage id whose parts have wrong types");
    }

    private StorageValue declare(String key, TensorType type, long count) {
        if (count < 0 || count > fileSize / type.byteSize()) {
            throw new IllegalArgumentException("storage " + Text.quote(key) + " declares " + count + " elements of "
                    + type + ", more than the file's " + fileSize + " bytes hold: the file is cut or damaged");
        }
        var whole = new StorageValue(key, type, count, 0, count);
        var known = storages.putIfAbsent(key, whole);
        if (known != null && !known.equals(whole)) {
            throw new IllegalArgumentException("storage " + Text.quote(key) + " is declared as " + known.wholeCount()
                    + " elements of " + known.type() + " and as " + count + " of " + type);
        }
        return whole;
    }

    /** A part of a storage, as files from before PyTorch 0.4 may have it. */
    private static StorageValue view(StorageValue whole, Object metadata) {
        if (metadata instanceof PickleValue.TupleValue tuple
                && tuple.items.size() == 3
                && tuple.items.get(1) instanceof Long first
                && tuple.items.get(2) instanceof Long count
                && first >= 0
                && count >= 0
                && first <= whole.wholeCount()
                && count <= whole.wholeCount() - first) {
            return new StorageValue(whole.key(), whole.type(), whole.wholeCount(), first, count);
        }
        throw new IllegalArgumentException(
                "the view of storage " + Text.quote(whole.key()) + " is not three values inside the storage");
    }
}
