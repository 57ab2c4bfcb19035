package org.casdm.job.rounds;

import java.io.Serializable;
import java.nio.ByteBuffer;
import org.apache.spark.serializer.DeserializationStream;
import org.apache.spark.serializer.SerializationStream;
import org.apache.spark.serializer.Serializer;
import org.apache.spark.serializer.SerializerInstance;
import scala.reflect.ClassTag;

/**
 * Spark serializer for the shuffle of blocks: keys as two integers, payloads as their bytes. Independent of
 * {@code spark.serializer}; no object stream keeps references to the blocks.
 */
final class BlockSerializer extends Serializer implements Serializable {

    private static final long serialVersionUID = 1L;

    @Override
    public SerializerInstance newInstance() {
        return new Instance();
    }

    private static final class Instance extends SerializerInstance {

        @Override
        public <T> ByteBuffer serialize(T value, ClassTag<T> type) {
            throw onlyStreams();
        }

        @Override
        public <T> T deserialize(ByteBuffer bytes, ClassTag<T> type) {
            throw onlyStreams();
        }

        @Override
        public <T> T deserialize(ByteBuffer bytes, ClassLoader loader, ClassTag<T> type) {
            throw onlyStreams();
        }

        @Override
        public SerializationStream serializeStream(java.io.OutputStream stream) {
            return new BlockOutputStream(stream);
        }

        @Override
        public DeserializationStream deserializeStream(java.io.InputStream stream) {
            return new BlockInputStream(stream);
        }

        private static UnsupportedOperationException onlyStreams() {
            return new UnsupportedOperationException("blocks are serialised in shuffle streams only");
        }
    }
}
