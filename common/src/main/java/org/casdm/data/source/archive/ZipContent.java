package org.casdm.data.source.archive;

import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.deflate64.Deflate64CompressorInputStream;
import org.casdm.data.BadImageException;
import org.casdm.data.source.Inflated;
import org.casdm.data.source.RangeInput;
import org.casdm.data.source.SourceLimits;

/** Reads the content of a zip's entries. For one thread. */
final class ZipContent implements Closeable {
    private static final int LOCAL_SIGNATURE = 0x04034b50;
    private static final int LOCAL_BYTES = 30;
    private static final int ENCRYPTED = 1;
    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    private static final int DEFLATED_64 = 9;
    private static final int BZIP2 = 12;
    /** Data that cannot be compressed grows by less than this. */
    private static final int GROWTH_BYTES = 1 << 20;

    private final RangeInput input;
    private final SourceLimits limits;
    private final Inflater inflater = new Inflater(true);
    /** Behind the data of the entries before. */
    private long dataEnd;

    /** @param input the zip; closed with this */
    ZipContent(RangeInput input, SourceLimits limits) {
        this.input = input;
        this.limits = limits;
    }

    /**
     * The content of an entry: no more than the directory promises is unpacked.
     *
     * @throws BadImageException if it cannot be used
     * @throws IOException       if the storage fails
     */
    byte[] read(ZipMember member) throws IOException {
        refuse(member);
        try {
            byte[] content = unpack(member, packed(member));
            var checksum = new CRC32();
            checksum.update(content);
            if ((int) checksum.getValue() != member.checksum()) {
                throw new BadImageException(member.name(), "damaged in the zip: its checksum differs");
            }
            return content;
        } catch (BadImageException e) {
            throw e;
        } catch (IOException | DataFormatException | RuntimeException e) {
            // Unpacking damaged data ends in exceptions of every kind.
            if (input.failure() != null) {
                throw input.failure();
            }
            throw new BadImageException(
                    member.name(), "damaged in the zip: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
        }
    }

    /** What is not read at all. */
    private void refuse(ZipMember member) throws BadImageException {
        String name = member.name();
        if (member.link()) {
            throw new BadImageException(name, "a symbolic link");
        }
        if ((member.flags() & ENCRYPTED) != 0) {
            throw new BadImageException(name, "encrypted");
        }
        if (member.size() > limits.maximumEntryBytes()) {
            throw Inflated.tooLarge(name, limits.maximumEntryBytes());
        }
        if (member.size() > TarStream.RATIO_MATTERS_FROM && member.size() / limits.maximumRatio() > member.packed()) {
            throw new BadImageException(
                    name,
                    member.packed() + " bytes would unpack to " + member.size() + ", more than the factor of "
                            + limits.maximumRatio() + " that --max-ratio allows");
        }
        if (member.packed() > member.size() + GROWTH_BYTES) {
            throw new BadImageException(name, member.packed() + " bytes claim to unpack to " + member.size());
        }
    }

    private byte[] packed(ZipMember member) throws IOException {
        input.seek(member.offset());
        ByteBuffer header = ByteBuffer.wrap(input.readNBytes(LOCAL_BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        if (header.limit() < LOCAL_BYTES || header.getInt(0) != LOCAL_SIGNATURE) {
            throw new BadImageException(
                    member.name(), "damaged in the zip: it does not begin where the directory says");
        }
        input.skip((header.getShort(26) & 0xffff) + (header.getShort(28) & 0xffff));
        // Entries that share their data make an archive of kilobytes unpack to petabytes.
        if (input.position() < dataEnd) {
            throw new BadImageException(member.name(), "its data overlaps another entry's");
        }
        dataEnd = input.position() + member.packed();
        return input.readNBytes((int) member.packed());
    }

    private byte[] unpack(ZipMember member, byte[] packed) throws IOException, DataFormatException {
        switch (member.method()) {
            case STORED:
                return sized(member, packed.length == member.size(), packed);
            case DEFLATED:
                byte[] content = new byte[(int) member.size()];
                inflater.reset();
                inflater.setInput(packed);
                int count = inflater.inflate(content);
                // The end of the data is found by asking for more.
                boolean ends = inflater.inflate(new byte[1]) == 0 && inflater.finished();
                return sized(member, count == content.length && ends, content);
            case DEFLATED_64:
                return all(member, new Deflate64CompressorInputStream(new ByteArrayInputStream(packed)));
            case BZIP2:
                return all(member, new BZip2CompressorInputStream(new ByteArrayInputStream(packed)));
            default:
                throw new BadImageException(
                        member.name(), "compressed by method " + member.method() + ", which cannot be read");
        }
    }

    private static byte[] all(ZipMember member, InputStream unpacked) throws IOException {
        try (unpacked) {
            byte[] content = unpacked.readNBytes((int) member.size());
            return sized(member, content.length == member.size() && unpacked.read() < 0, content);
        }
    }

    private static byte[] sized(ZipMember member, boolean asPromised, byte[] content) throws BadImageException {
        if (!asPromised) {
            throw new BadImageException(
                    member.name(), "not as long as the zip's directory says (" + member.size() + " bytes)");
        }
        return content;
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        input.close();
    }
}
