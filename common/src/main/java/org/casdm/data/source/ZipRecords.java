package org.casdm.data.source;

import java.io.IOException;
import java.util.Collections;
import java.util.Locale;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.casdm.data.BadImageException;
import org.casdm.data.ImageReader;
import org.casdm.data.PicturePaths;

/** Some of a zip's pictures, in the order of their data. */
final class ZipRecords extends LookAhead {
    private final ZipListing zip;
    private final ZipPart part;
    private final SourceLimits limits;
    private int index;
    /** Behind the data of the entries before. */
    private long dataEnd;

    ZipRecords(ZipListing zip, ZipPart part, SourceLimits limits) {
        this.zip = zip;
        this.part = part;
        this.limits = limits;
        index = part.first();
    }

    @Override
    SourceRecord read() throws IOException {
        if (index == part.end()) {
            return null;
        }
        ZipArchiveEntry entry = zip.pictures().get(index);
        String id = EntryNames.plain(entry.getName());
        String problem = problem(entry, id);
        index++;
        if (problem != null) {
            return new BadRecord(EntryNames.shown(id), problem);
        }
        try {
            return new RawImage(id, label(id), new EncodedPicture(content(entry, id)));
        } catch (BadImageException e) {
            return BadRecord.of(id, e);
        } catch (IOException | RuntimeException e) {
            // Inflating damaged data ends in exceptions of every kind.
            if (zip.input().failure() != null) {
                throw zip.input().failure();
            }
            return new BadRecord(id, "damaged in the zip: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
        }
    }

    /** Why an entry is not read at all; null if it is. */
    private String problem(ZipArchiveEntry entry, String name) {
        long packed = entry.getCompressedSize();
        long size = entry.getSize();
        if (EntryNames.problem(name).isPresent()) {
            return EntryNames.problem(name).get();
        }
        if (entry.isUnixSymlink()) {
            return "a symbolic link";
        }
        if (entry.getGeneralPurposeBit().usesEncryption()) {
            return "encrypted";
        }
        if (!zip.zip().canReadEntryData(entry)) {
            return String.format(Locale.ROOT, "compressed by method %d, which cannot be read", entry.getMethod());
        }
        if (size > limits.maximumEntryBytes()) {
            return Inflated.tooLarge(name, limits.maximumEntryBytes()).reason();
        }
        if (size > TarStream.RATIO_MATTERS_FROM && size / limits.maximumRatio() > packed) {
            return String.format(
                    Locale.ROOT,
                    "%d bytes stand for %d, more than the factor of %d that --max-ratio allows",
                    packed,
                    size,
                    limits.maximumRatio());
        }
        return null;
    }

    private byte[] content(ZipArchiveEntry entry, String id) throws IOException {
        try (var input = zip.zip().getInputStream(entry)) {
            // Entries that share their data make an archive of kilobytes stand for petabytes.
            if (entry.getDataOffset() < dataEnd) {
                throw new BadImageException(id, "its data overlaps another entry's");
            }
            dataEnd = entry.getDataOffset() + entry.getCompressedSize();
            // The directory's size is a promise: no more than that is inflated.
            byte[] content = input.readNBytes((int) entry.getSize());
            if (content.length < entry.getSize() || input.read() >= 0) {
                throw new BadImageException(
                        id,
                        String.format(
                                Locale.ROOT, "not as long as the zip's directory says (%d bytes)", entry.getSize()));
            }
            var checksum = new CRC32();
            checksum.update(content);
            if (checksum.getValue() != entry.getCrc()) {
                throw new BadImageException(id, "damaged in the zip: its checksum differs");
            }
            return content;
        }
    }

    private int label(String name) {
        return part.classNames().isEmpty()
                ? ImageReader.NO_LABEL
                : Collections.binarySearch(part.classNames(), PicturePaths.className(name));
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
