package org.casdm.job.rounds;

import java.io.DataOutputStream;
import java.io.IOException;

/** The bytes of a shuffle record. */
sealed interface BlockPayload {

    /** Writes the bytes' number and the bytes. */
    void writeTo(DataOutputStream stream) throws IOException;

    /** Bytes on the heap. */
    record OnHeap(byte[] bytes) implements BlockPayload {

        @Override
        public void writeTo(DataOutputStream stream) throws IOException {
            stream.writeInt(bytes.length);
            stream.write(bytes);
        }
    }

    /** Floats in a graph's own memory, copied piece by piece when written: a block costs a worker no heap. */
    record InGraph(FlatVector vector, long firstFloat, int floats) implements BlockPayload {

        private static final int PIECE_FLOATS = 16 * 1024;

        @Override
        public void writeTo(DataOutputStream stream) throws IOException {
            stream.writeInt(floats * Float.BYTES);
            var piece = new byte[Math.min(floats, PIECE_FLOATS) * Float.BYTES];
            for (int done = 0; done < floats; ) {
                int count = Math.min(PIECE_FLOATS, floats - done);
                vector.copyTo(firstFloat + done, count, piece, 0);
                stream.write(piece, 0, count * Float.BYTES);
                done += count;
            }
        }
    }
}
