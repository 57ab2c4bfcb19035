package org.casdm.tensor.pytorch;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.casdm.tensor.TensorType;

/** The Python names that a state file may mention. There are no others: see {@link #find(String, String)}. */
sealed interface KnownGlobal {

    /** Module and name, with a dot between. */
    String pythonName();

    /** What a file may call with arguments. */
    enum Callable implements KnownGlobal {
        ORDERED_DICT("collections.OrderedDict"),
        SIZE("torch.Size"),
        REBUILD_TENSOR("torch._utils._rebuild_tensor"),
        REBUILD_TENSOR_V2("torch._utils._rebuild_tensor_v2"),
        REBUILD_TENSOR_V3("torch._utils._rebuild_tensor_v3"),
        REBUILD_PARAMETER("torch._utils._rebuild_parameter");

        private final String pythonName;

        Callable(String pythonName) {
            this.pythonName = pythonName;
        }

        @Override
        public String pythonName() {
            return pythonName;
        }
    }

    /** A storage class. An untyped storage counts bytes, hence U8. */
    record StorageClass(String pythonName, TensorType type) implements KnownGlobal {}

    /** A {@code torch.dtype}. */
    record ElementType(String pythonName, TensorType type) implements KnownGlobal {}

    /** The known name, or nothing if a state file has no business with it. */
    static Optional<KnownGlobal> find(String module, String name) {
        return Optional.ofNullable(Names.KNOWN.get(module + '.' + name));
    }

    /** The table behind {@link #find(String, String)}. */
    final class Names {

        private static final Map<String, KnownGlobal> KNOWN = Stream.of(
                        Stream.<KnownGlobal>of(Callable.values()), storageClasses(), elementTypes())
                .flatMap(Function.identity())
                .collect(Collectors.toUnmodifiableMap(KnownGlobal::pythonName, Function.identity()));

        private Names() {}

        private static Stream<KnownGlobal> storageClasses() {
            return Stream.of(
                    new StorageClass("torch.DoubleStorage", TensorType.F64),
                    new StorageClass("torch.FloatStorage", TensorType.F32),
                    new StorageClass("torch.HalfStorage", TensorType.F16),
                    new StorageClass("torch.BFloat16Storage", TensorType.BF16),
                    new StorageClass("torch.LongStorage", TensorType.I64),
                    new StorageClass("torch.IntStorage", TensorType.I32),
                    new StorageClass("torch.ShortStorage", TensorType.I16),
                    new StorageClass("torch.CharStorage", TensorType.I8),
                    new StorageClass("torch.ByteStorage", TensorType.U8),
                    new StorageClass("torch.BoolStorage", TensorType.BOOL),
                    new StorageClass("torch.UntypedStorage", TensorType.U8),
                    new StorageClass("torch.storage.UntypedStorage", TensorType.U8),
                    new StorageClass("torch.storage._UntypedStorage", TensorType.U8));
        }

        private static Stream<KnownGlobal> elementTypes() {
            return Stream.of(
                    new ElementType("torch.float64", TensorType.F64),
                    new ElementType("torch.float32", TensorType.F32),
                    new ElementType("torch.float16", TensorType.F16),
                    new ElementType("torch.bfloat16", TensorType.BF16),
                    new ElementType("torch.int64", TensorType.I64),
                    new ElementType("torch.int32", TensorType.I32),
                    new ElementType("torch.int16", TensorType.I16),
                    new ElementType("torch.int8", TensorType.I8),
                    new ElementType("torch.uint8", TensorType.U8),
                    new ElementType("torch.bool", TensorType.BOOL));
        }
    }
}
