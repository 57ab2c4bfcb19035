package org.casdm.data.source;

import java.io.EOFException;
import java.io.IOException;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.hadoop.fs.Path;
import org.casdm.data.BadImageException;
import org.casdm.data.PicturePaths;

/** The pictures of one tar, from its begin to its end. */
final class TarRecords extends LookAhead {
    private final TarPart part;
    private final SourceLimits limits;
    private final RangeInput range;
    private TarStream stream;
    private TarArchiveInputStream tar;
    private boolean ended;
    private int told;

    TarRecords(TarPart part, ReadContext context) throws IOException {
        this.part = part;
        limits = context.limits();
        range = RangeInput.sequential(new Path(part.file()), part.start(), part.end(), context.hadoop());
    }

    @Override
    SourceRecord read() throws IOException {
        while (!ended) {
            try {
                if (tar == null) {
                    stream = new TarStream(range, limits.maximumRatio());
                    tar = new TarArchiveInputStream(stream);
                }
                stream.beginHeaders();
                TarArchiveEntry entry = tar.getNextTarEntry();
                stream.beginData();
                if (entry == null) {
                    ended = true;
                    if (!stream.endedWithZeros()) {
                        return damaged("cut short: the mark of a tar's end is missing");
                    }
                } else {
                    SourceRecord record = record(entry);
                    if (record != null) {
                        return record;
                    }
                }
            } catch (IOException | RuntimeException e) {
                // Commons Compress meets damaged headers with exceptions of every kind.
                if (range.failure() != null) {
                    throw range.failure();
                }
                ended = true;
                return damaged(
                        e instanceof EOFException
                                ? "cut short"
                                : "cut short or damaged: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
            }
        }
        return told < part.refused().size() ? part.refused().get(told++) : null;
    }

    /** An entry's record; null when it is none. */
    private SourceRecord record(TarArchiveEntry entry) throws IOException {
        String name = EntryNames.plain(entry.getName());
        if (entry.isDirectory()
                || !PicturePaths.isPicture(name) && EntryNames.problem(name).isEmpty()) {
            return null;
        }
        String id = part.prefix() + name;
        String problem = EntryNames.problem(name)
                .orElse(
                        entry.isSymbolicLink()
                                ? "a symbolic link"
                                : entry.isLink()
                                        ? "a hard link"
                                        : entry.isSparse()
                                                ? "a sparse file"
                                                : entry.isFIFO() || entry.isCharacterDevice() || entry.isBlockDevice()
                                                        ? "a device or pipe"
                                                        : null);
        if (problem != null) {
            return new BadRecord(EntryNames.shown(id), problem);
        }
        if (entry.getSize() > limits.maximumEntryBytes()) {
            return BadRecord.of(id, Inflated.tooLarge(id, limits.maximumEntryBytes()));
        }
        try {
            byte[] content = Inflated.readEntry(tar, id, limits.maximumEntryBytes());
            if (content.length < entry.getSize()) {
                throw new EOFException("the archive ends within the entry");
            }
            return new RawImage(id, part.label(), new EncodedPicture(content));
        } catch (BadImageException e) {
            return BadRecord.of(id, e);
        }
    }

    private BadRecord damaged(String what) {
        return new BadRecord(
                part.name(),
                String.format(
                        Locale.ROOT,
                        "%s, at byte %d of %s%s; what comes before was read, what comes behind was " + "not",
                        what,
                        range.position(),
                        part.file(),
                        stream == null || stream.position() == range.position() - part.start()
                                ? ""
                                : String.format(Locale.ROOT, " (byte %d unpacked)", stream.position())));
    }

    @Override
    public void close() throws IOException {
        // Closes the range too; without it the file's first bytes have not been looked at.
        if (stream == null) {
            range.close();
        } else {
            stream.close();
        }
    }
}
