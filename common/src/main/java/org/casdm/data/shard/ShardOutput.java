package org.casdm.data.shard;

import java.io.IOException;
import java.security.MessageDigest;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.casdm.tensor.Sha256;

/** Where Parquet writes a shard: an {@link AtomicFile}, hashed on the way, that Parquet's closing does not publish. */
final class ShardOutput extends PositionOutputStream implements OutputFile {

    private final AtomicFile file;
    private final MessageDigest digest = Sha256.newDigest();

    ShardOutput(AtomicFile file) {
        this.file = file;
    }

    /** SHA-256 of all that was written, in hexadecimal digits. To be asked for once. */
    String sha256() {
        return Sha256.hex(digest);
    }

    @Override
    public long getPos() {
        return file.position();
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
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
