package org.casdm.data.shard;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import org.apache.parquet.format.Util;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.casdm.storage.AtomicFile;
import org.casdm.tensor.Sha256;

/**
 * Where Parquet writes a shard: an {@link AtomicFile}, hashed on the way, that Parquet's closing does not publish.
 *
 * <p>Parquet lists the encodings of each column in its footer in the order of a hash set of constants, which differs
 * from process to process. The footer is rewritten with these lists sorted, so that the same images are the same file.
 */
final class ShardOutput extends PositionOutputStream implements OutputFile {

    /** The footer's length and the magic number, at the very end of a file. */
    private static final int TAIL_BYTES = 8;

    private final AtomicFile file;
    /** Indexes and footer, from {@link #beginFooter} on; null before. */
    private ByteArrayOutputStream end;

    private final MessageDigest digest = Sha256.newDigest();

    ShardOutput(AtomicFile file) {
        this.file = file;
    }

    /** SHA-256 of all that was written, in hexadecimal digits. To be asked for once. */
    String sha256() {
        return Sha256.hex(digest);
    }

    /** What comes from now on is held back, as it has the footer in it. */
    void beginFooter() {
        end = new ByteArrayOutputStream();
    }

    /** Writes what was held back, with the footer's lists sorted: that changes no length. */
    void endFooter() throws IOException {
        var bytes = end.toByteArray();
        end = null;
        int tail = bytes.length - TAIL_BYTES;
        int footerBytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(tail);
        int start = tail - footerBytes;
        var footer = Util.readFileMetaData(new ByteArrayInputStream(bytes, start, footerBytes));
        footer.getRow_groups()
                .forEach(group -> group.getColumns()
                        .forEach(column -> column.getMeta_data().getEncodings().sort(null)));
        var sorted = new ByteArrayOutputStream(footerBytes);
        Util.writeFileMetaData(footer, sorted);
        if (sorted.size() != footerBytes) {
            throw new IllegalStateException(
                    "A Parquet footer of " + footerBytes + " bytes became one of " + sorted.size());
        }
        write(bytes, 0, start);
        write(sorted.toByteArray(), 0, footerBytes);
        write(bytes, tail, TAIL_BYTES);
    }

    @Override
    public long getPos() {
        return file.position() + (end == null ? 0 : end.size());
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (end != null) {
            end.write(bytes, offset, length);
            return;
        }
        file.stream().write(bytes, offset, length);
        digest.update(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
        file.stream().flush();
    }

    @Override
    public void close() {
        // The writer of the shard publishes or gives up.
    }

    @Override
    public PositionOutputStream create(long blockSizeHint) {
        return this;
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSizeHint) {
        return this;
    }

    @Override
    public boolean supportsBlockSize() {
        return false;
    }

    @Override
    public long defaultBlockSize() {
        return 0;
    }
}
