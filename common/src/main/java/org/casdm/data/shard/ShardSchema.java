package org.casdm.data.shard;

import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;

/** The columns of a shard. */
final class ShardSchema {

    static final String ID = "id";
    static final String LABEL = "label";
    static final String PIXELS = "pixels";
    /** Channels of every image: red, green, blue. */
    static final int CHANNELS = 3;

    /** As written. Files of other writers may have optional columns, others beside them, and another order. */
    static final MessageType WRITTEN = Types.buildMessage()
            .required(PrimitiveTypeName.BINARY)
            .as(LogicalTypeAnnotation.stringType())
            .named(ID)
            .required(PrimitiveTypeName.INT32)
            .named(LABEL)
            .required(PrimitiveTypeName.BINARY)
            .named(PIXELS)
            .named("image");

    private ShardSchema() {}

    /** Bytes of one image: size × size × 3. */
    static int byteCount(int size) {
        return size * size * CHANNELS;
    }
}
