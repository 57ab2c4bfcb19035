package org.casdm.data.source.lmdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.casdm.data.source.BadRecord;
import org.casdm.data.source.EncodedPicture;
import org.casdm.data.source.Inflated;
import org.casdm.data.source.LookAhead;
import org.casdm.data.source.RawImage;
import org.casdm.data.source.SourceLimits;
import org.casdm.data.source.SourceRecord;
import org.casdm.failure.DataException;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.LmdbException;
import org.lmdbjava.LmdbNativeException;
import org.lmdbjava.Txn;

/**
 * A range of the pictures of an LMDB on this machine's disk. The file is mapped into memory, read-only and without
 * locks, so that several tasks read it at once and nothing is written beside it. LMDB trusts its files: a forged one can
 * end the process, so take them from where you would take a program.
 */
final class LmdbRecords extends LookAhead {
    private final LmdbPart part;
    private final SourceLimits limits;
    private final Env<ByteBuffer> environment;
    private final Dbi<ByteBuffer> database;
    private final Txn<ByteBuffer> transaction;
    private final Cursor<ByteBuffer> cursor;
    private long left;

    /** @param local the database's file, or its copy */
    LmdbRecords(LmdbPart part, Path local, SourceLimits limits) throws IOException {
        this.part = part;
        this.limits = limits;
        environment = open(part, local);
        try {
            requireWhole(local);
            long count = environment.stat().entries;
            long first = count * part.index() / part.ranges();
            left = count * (part.index() + 1) / part.ranges() - first;
            database = environment.openDbi((String) null);
            transaction = environment.txnRead();
            cursor = database.openCursor(transaction);
            // Keys lie close together, apart from the values: passing over a million takes about a second.
            for (long i = 0; i < first; i++) {
                if (!cursor.next()) {
                    throw damaged("it has fewer keys than it claims");
                }
            }
        } catch (LmdbException e) {
            environment.close();
            throw damaged(e.getMessage());
        } catch (IOException e) {
            environment.close();
            throw e;
        }
    }

    private static Env<ByteBuffer> open(LmdbPart part, Path local) throws DataException {
        try {
            return Env.create()
                    .open(
                            local.toFile(),
                            EnvFlags.MDB_NOSUBDIR,
                            EnvFlags.MDB_RDONLY_ENV,
                            EnvFlags.MDB_NOLOCK,
                            EnvFlags.MDB_NORDAHEAD);
        } catch (LmdbNativeException e) {
            throw new DataException(part.file() + " cannot be opened as an LMDB: " + e.getMessage(), e);
        }
    }

    /** What is mapped and not in the file would end the process when it is touched. */
    private void requireWhole(Path local) throws IOException {
        long needed = (environment.info().lastPageNumber + 1) * environment.stat().pageSize;
        long length = Files.size(local);
        if (length < needed) {
            throw damaged("it has " + length + " bytes where its pages need " + needed);
        }
    }

    private DataException damaged(String what) {
        return new DataException(part.file() + " is cut short or damaged: " + what + ". Download it again");
    }

    @Override
    protected SourceRecord read() throws IOException {
        if (left == 0) {
            return null;
        }
        try {
            if (!cursor.next()) {
                left = 0;
                return new BadRecord(part.name(), "damaged: it ends before its last key");
            }
            left--;
            String id = part.prefix() + id(cursor.key());
            ByteBuffer value = cursor.val();
            if (value.remaining() > limits.maximumEntryBytes()) {
                return BadRecord.of(id, Inflated.tooLarge(id, limits.maximumEntryBytes()));
            }
            byte[] content = new byte[value.remaining()];
            value.get(content);
            return new RawImage(id, part.label(), new EncodedPicture(content));
        } catch (LmdbException e) {
            left = 0;
            return new BadRecord(part.name(), "damaged: " + e.getMessage());
        }
    }

    /** The key as text; in hexadecimal when it is none. */
    private static String id(ByteBuffer key) {
        byte[] bytes = new byte[key.remaining()];
        key.get(bytes);
        for (byte b : bytes) {
            if (b <= ' ' || b == 0x7f) {
                return HexFormat.of().formatHex(bytes);
            }
        }
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    @Override
    public void close() {
        cursor.close();
        transaction.close();
        database.close();
        environment.close();
    }
}
