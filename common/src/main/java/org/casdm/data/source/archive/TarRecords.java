package org.casdm.data.source.archive;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Queue;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.casdm.data.BadImageException;
import org.casdm.data.PicturePaths;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.data.source.BadRecord;
import org.casdm.data.source.EncodedPicture;
import org.casdm.data.source.Inflated;
import org.casdm.data.source.LookAhead;
import org.casdm.data.source.RangeInput;
import org.casdm.data.source.RawImage;
import org.casdm.data.source.ReadContext;
import org.casdm.data.source.SourceLimits;
import org.casdm.data.source.SourceRecord;
import org.casdm.storage.Storage;

/** The pictures of one tar, from its begin to its end. */
final class TarRecords extends LookAhead {
    private final TarPart part;
    private final SourceLimits limits;
    private final RangeInput range;
    private TarStream stream;
    private TarArchiveInputStream tar;
    private final Queue<SourceRecord> ready = new ArrayDeque<>();
    private boolean ended;
    private int told;
    /** What names of the present sample have in common, where labels lie beside pictures. */
    private String sample;

    private final List<RawImage> pictures = new ArrayList<>();
    private long bytesOfSample;
    private int label = DatasetDescription.NO_LABEL;
    private String labelProblem;

    TarRecords(TarPart part, ReadContext context) throws IOException {
        this.part = part;
        limits = context.limits();
        range = RangeInput.sequential(Storage.path(part.file()), part.start(), part.end(), context.hadoop());
    }

    @Override
    protected SourceRecord read() throws IOException {
        while (ready.isEmpty() && !ended) {
            try {
                if (tar == null) {
                    stream = new TarStream(range, limits.maximumRatio());
                    tar = stream.entries();
                }
                stream.beginHeaders();
                TarArchiveEntry entry = tar.getNextTarEntry();
                stream.beginData();
                if (entry == null) {
                    ended = true;
                    endSample();
                    if (!stream.endedWithZeros()) {
                        ready.add(damaged("cut short: the end-of-archive marker is missing"));
                    }
                } else {
                    add(entry);
                }
            } catch (IOException | RuntimeException e) {
                // Commons Compress meets damaged headers with exceptions of every kind.
                if (range.failure() != null) {
                    throw range.failure();
                }
                ended = true;
                endSample();
                ready.add(damaged(
                        e instanceof EOFException
                                ? "cut short"
                                : "cut short or damaged: " + (e.getMessage() == null ? e.toString() : e.getMessage())));
            }
        }
        if (!ready.isEmpty()) {
            return ready.remove();
        }
        return told < part.refused().size() ? part.refused().get(told++) : null;
    }

    private void add(TarArchiveEntry entry) throws IOException {
        String name = EntryNames.plain(entry.getName());
        if (entry.isDirectory()) {
            return;
        }
        if (part.sampled() && !SampleLabel.key(name).equals(sample)) {
            endSample();
            sample = SampleLabel.key(name);
        }
        if (PicturePaths.isPicture(name) || EntryNames.problem(name).isPresent()) {
            SourceRecord record = record(entry, name);
            if (part.sampled() && record instanceof RawImage image) {
                addToSample(image);
            } else {
                ready.add(record);
            }
        } else if (part.sampled() && SampleLabel.isIn(name) && entry.isFile()) {
            readLabel(entry, name);
        }
    }

    private void readLabel(TarArchiveEntry entry, String name) throws IOException {
        if (entry.getSize() > SampleLabel.MOST_BYTES) {
            labelProblem = name + " has " + entry.getSize() + " bytes, too many for a label";
            return;
        }
        byte[] content = tar.readNBytes((int) entry.getSize());
        if (content.length < entry.getSize()) {
            throw new EOFException("the archive ends within the entry");
        }
        try {
            OptionalInt found = SampleLabel.read(name, content);
            label = found.isPresent() ? found.getAsInt() : label;
        } catch (BadImageException e) {
            labelProblem = e.getMessage();
        }
    }

    private void addToSample(RawImage image) {
        bytesOfSample += image.payload().bytes();
        if (!pictures.isEmpty() && bytesOfSample > limits.maximumEntryBytes()) {
            ready.add(new BadRecord(
                    image.id(), "the pictures of its sample are larger than the limit that --max-bytes sets"));
        } else {
            pictures.add(image);
        }
    }

    /** Only when the next sample begins all files of this one have been seen: the label may come last. */
    private void endSample() {
        for (RawImage image : pictures) {
            if (labelProblem != null || label == DatasetDescription.NO_LABEL) {
                ready.add(new BadRecord(
                        image.id(),
                        labelProblem != null
                                ? labelProblem
                                : "no label: neither a .cls file nor a .json file with a label beside it"));
            } else {
                ready.add(new RawImage(image.id(), label, image.payload()));
            }
        }
        pictures.clear();
        bytesOfSample = 0;
        label = DatasetDescription.NO_LABEL;
        labelProblem = null;
    }

    private SourceRecord record(TarArchiveEntry entry, String name) throws IOException {
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
                what + ", at byte " + range.position() + " of " + part.file()
                        + (stream == null || stream.position() == range.position() - part.start()
                                ? ""
                                : " (byte " + stream.position() + " unpacked)")
                        + "; entries before it were read, later ones were not");
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
