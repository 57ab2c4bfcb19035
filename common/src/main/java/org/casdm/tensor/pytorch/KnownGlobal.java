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
        REBUILD_PARAMETER("torch._utils._rebuild_parameter", 1),
        REBUILD_PARAMETER_WITH_STATE("torch._utils._rebuild_parameter_with_state", 1),
        REBUILD_FROM_TYPE("torch._tensor._rebuild_from_type_v2", 3),
        COUNTER("collections.Counter"),
        SET("builtins.set"),
        FROZEN_SET("builtins.frozenset"),
        ENCODE("_codecs.encode"),
        BYTE_ARRAY("builtins.bytearray"),
        BYTES("builtins.bytes"),
        COMPLEX("builtins.complex"),
        DEVICE("torch.device"),
        LAYOUT("torch.serialization._get_layout");

        private final String pythonName;
        private final int used;

        Callable(String pythonName) {
            this(pythonName, Integer.MAX_VALUE);
        }

        Callable(String pythonName, int used) {
            this.pythonName = pythonName;
            this.used = used;
        }

        /** How many of its arguments, from the first on, the result depends on here: attributes and hooks are left. */
        int used() {
            return used;
        }

        @Override
        public String pythonName() {
            return pythonName;
        }
    }

    /** A storage class. An untyped storage counts bytes, hence U8. */
    record StorageClass(String pythonName, TensorType type) implements KnownGlobal {}

    /**
     * A storage class whose elements cannot be read here.
     *
     * @param bytes of an element
     */
    record OpaqueStorageClass(String pythonName, int bytes) implements KnownGlobal {}

    /** A {@code torch.dtype}. */
    record ElementType(String pythonName, TensorType type) implements KnownGlobal {}

    /** The class of a tensor, where a file says what becomes of one. */
    record TensorClass(String pythonName, boolean parameter) implements KnownGlobal {}

    /** A constant of {@code torch} that is a value by its name: a dtype whose elements cannot be read here, a scheme. */
    record NamedConstant(String pythonName) implements KnownGlobal {}

    /** The known name, or nothing if a state file has no business with it. */
    static Optional<KnownGlobal> find(String module, String name) {
        // Python 2's name of the module, which protocol 2 keeps.
        return Optional.ofNullable(Names.KNOWN.get((module.equals("__builtin__") ? "builtins" : module) + '.' + name));
    }

    /** The table behind {@link #find(String, String)}. */
    final class Names {

        private static final Map<String, KnownGlobal> KNOWN = Stream.of(
                        Stream.<KnownGlobal>of(Callable.values()),
                        storageClasses(),
                        elementTypes(),
                        tensorClasses(),
                        constants())
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
                    new StorageClass("torch.storage._UntypedStorage", TensorType.U8),
                    new OpaqueStorageClass("torch.ComplexFloatStorage", 8),
                    new OpaqueStorageClass("torch.ComplexDoubleStorage", 16),
                    new OpaqueStorageClass("torch.QInt8Storage", 1),
                    new OpaqueStorageClass("torch.QUInt8Storage", 1),
                    new OpaqueStorageClass("torch.QInt32Storage", 4),
                    new OpaqueStorageClass("torch.QUInt4x2Storage", 1),
                    new OpaqueStorageClass("torch.QUInt2x4Storage", 1));
        }

        private static Stream<KnownGlobal> elementTypes() {
            return Stream.of(
                    new ElementType("torch.float64", TensorType.F64),
                    new ElementType("torch.float32", TensorType.F32),
                    new ElementType("torch.float16", TensorType.F16),
                    new ElementType("torch.bfloat16", TensorType.BF16),
                    new ElementType("torch.float8_e4m3fn", TensorType.F8_E4M3),
                    new ElementType("torch.float8_e4m3fnuz", TensorType.F8_E4M3FNUZ),
                    new ElementType("torch.float8_e5m2", TensorType.F8_E5M2),
                    new ElementType("torch.float8_e5m2fnuz", TensorType.F8_E5M2FNUZ),
                    new ElementType("torch.float8_e8m0fnu", TensorType.F8_E8M0),
                    new ElementType("torch.uint64", TensorType.U64),
                    new ElementType("torch.uint32", TensorType.U32),
                    new ElementType("torch.uint16", TensorType.U16),
                    new ElementType("torch.int64", TensorType.I64),
                    new ElementType("torch.int32", TensorType.I32),
                    new ElementType("torch.int16", TensorType.I16),
                    new ElementType("torch.int8", TensorType.I8),
                    new ElementType("torch.uint8", TensorType.U8),
                    new ElementType("torch.bool", TensorType.BOOL));
        }

        private static Stream<KnownGlobal> tensorClasses() {
            return Stream.of(
                    new TensorClass("torch.Tensor", false), new TensorClass("torch.nn.parameter.Parameter", true));
        }

        private static Stream<KnownGlobal> constants() {
            return Stream.of(
                            "complex32",
                            "complex64",
                            "complex128",
                            "float4_e2m1fn_x2",
                            "qint8",
                            "qint32",
                            "quint8",
                            "quint4x2",
                            "quint2x4",
                            "per_tensor_affine",
                            "per_tensor_symmetric",
                            "per_channel_affine",
                            "per_channel_symmetric",
                            "per_channel_affine_float_qparams")
                    .map(name -> new NamedConstant("torch." + name));
        }
    }
}
