package org.casdm.data.shard;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.io.api.RecordMaterializer;
import org.apache.parquet.schema.MessageType;

/** Takes the columns of a row group straight into arrays: no object is made for an image but its id. */
final class RowGroupAssembler extends RecordMaterializer<Void> {

    private final int byteCount;
    private final List<String> ids;
    private final int[] labels;
    private final byte[] pixels;
    private final Root root;
    private int image = -1;

    /** @param schema the three columns in any order, as the file has them */
    RowGroupAssembler(MessageType schema, int count, int byteCount) {
        this.byteCount = byteCount;
        ids = new ArrayList<>(count);
        labels = new int[count];
        pixels = new byte[Math.multiplyExact(count, byteCount)];
        root = new Root(schema);
    }

    /** What was assembled. */
    ShardImages images() {
        return new ShardImages(ids, labels, pixels);
    }

    @Override
    public Void getCurrentRecord() {
        return null;
    }

    @Override
    public GroupConverter getRootConverter() {
        return root;
    }

    private final class Root extends GroupConverter {

        private final Converter[] converters;
        private boolean hasPixels;

        Root(MessageType schema) {
            converters = schema.getFields().stream()
                    .map(field -> converter(field.getName()))
                    .toArray(Converter[]::new);
        }

        private Converter converter(String column) {
            return switch (column) {
                case ShardSchema.ID -> new Ids();
                case ShardSchema.LABEL -> new Labels();
                case ShardSchema.PIXELS -> new PixelBytes();
                default -> throw new IllegalArgumentException(column);
            };
        }

        @Override
        public Converter getConverter(int field) {
            return converters[field];
        }

        @Override
        public void start() {
            image++;
            hasPixels = false;
            labels[image] = DatasetDescription.NO_LABEL;
        }

        @Override
        public void end() {
            if (ids.size() != image + 1 || !hasPixels) {
                throw new MalformedShardException("image " + image + " of the row group has no "
                        + (hasPixels ? ShardSchema.ID : ShardSchema.PIXELS));
            }
        }
    }

    private final class Ids extends PrimitiveConverter {
        @Override
        public void addBinary(Binary value) {
            ids.add(value.toStringUsingUTF8());
        }
    }

    private final class Labels extends PrimitiveConverter {
        @Override
        public void addInt(int value) {
            labels[image] = value;
        }
    }

    private final class PixelBytes extends PrimitiveConverter {
        @Override
        public void addBinary(Binary value) {
            if (value.length() != byteCount) {
                throw new MalformedShardException("image " + image + " of the row group has " + value.length()
                        + " bytes of pixels instead of " + byteCount);
            }
            ByteBuffer bytes = value.toByteBuffer();
            bytes.get(bytes.position(), pixels, image * byteCount, byteCount);
            root.hasPixels = true;
        }
    }
}
