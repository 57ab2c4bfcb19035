package org.casdm.data.source.archive;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.casdm.data.PicturePaths;
import org.casdm.data.source.BadRecord;
import org.casdm.data.source.ImageSource;
import org.casdm.data.source.RangeInput;
import org.casdm.data.source.SourceFingerprint;
import org.casdm.data.source.SourceFormat;
import org.casdm.data.source.SourceLimits;
import org.casdm.data.source.SourcePart;
import org.casdm.data.source.label.DatasetToolLabels;
import org.casdm.data.source.label.LabelRule;
import org.casdm.data.source.label.PictureLabels;
import org.casdm.failure.DataException;
import org.casdm.storage.Storage;

/** Looks a zip up. It is read where it lies; its directory once, here. */
public final class ZipListing {
    static final int BLOCK_BYTES = 2 << 20;
    private static final int ENTRIES_A_PART = 4096;
    private static final long BYTES_A_PART = 64L << 20;

    private final String location;
    private final Path path;
    private final long length;
    private final List<ZipMember> pictures = new ArrayList<>();
    private final List<BadRecord> refused = new ArrayList<>();
    private final SourceFingerprint fingerprint;
    private ZipMember labelFile;
    private long ignored;

    private ZipListing(String location, Path path, FileStatus status) {
        this.location = location;
        this.path = path;
        length = status.getLen();
        fingerprint = new SourceFingerprint().add(status);
    }

    public static ImageSource of(String location, Path path, LabelRule rule, Configuration hadoop, SourceLimits limits)
            throws IOException {
        FileStatus status = Storage.fileSystem(path, hadoop).getFileStatus(path);
        if (!status.isFile()) {
            throw new DataException(path + " is a folder, not a zip");
        }
        try (var input = RangeInput.scattered(path, status.getLen(), BLOCK_BYTES, hadoop);
                var content = new ZipContent(input, limits)) {
            var listing = new ZipListing(location, path, status);
            listing.list(input);
            return listing.source(
                    rule, listing.labelFile == null ? Optional.empty() : Optional.of(content.read(listing.labelFile)));
        }
    }

    private void list(RangeInput input) throws IOException {
        List<ZipMember> members;
        try {
            members = ZipDirectory.read(input, length);
        } catch (IOException e) {
            if (input.failure() != null) {
                throw input.failure();
            }
            throw new DataException(
                    path + " is not a zip file, or cut short or damaged (" + e.getMessage() + "). Download it again",
                    e);
        }
        for (ZipMember member : members) {
            if (EntryNames.problem(member.name()).isPresent()) {
                refused.add(new BadRecord(
                        EntryNames.shown(member.name()),
                        EntryNames.problem(member.name()).get()));
            } else if (PicturePaths.isPicture(member.name())) {
                pictures.add(member);
            } else {
                ignored++;
                labelFile = member.name().equals(DatasetToolLabels.FILE_NAME) ? member : labelFile;
            }
        }
    }

    private ImageSource source(LabelRule rule, Optional<byte[]> labelFile) throws IOException {
        if (pictures.isEmpty()) {
            throw new DataException(path + " holds no pictures (" + ignored
                    + " other files). Pictures are entries named " + PicturePaths.EXTENSION_LIST);
        }
        PictureLabels labels = PictureLabels.of(
                location, rule, pictures.stream().map(ZipMember::name).sorted().toList(), labelFile);
        pictures.removeIf(picture -> {
            boolean missing = labels.isMissing(picture.name());
            if (missing) {
                refused.add(PictureLabels.missing(picture.name()));
            }
            return missing;
        });
        return new ImageSource(
                location,
                SourceFormat.ZIP,
                labels.classNames(),
                parts(labels),
                pictures.size() + " pictures in the zip " + location + ", " + labels.summary()
                        + BadRecord.omitted(ignored, refused),
                fingerprint);
    }

    private List<SourcePart> parts(PictureLabels labels) {
        List<SourcePart> parts = new ArrayList<>();
        int first = 0;
        long bytes = 0;
        for (int i = 0; i <= pictures.size(); i++) {
            if (i == pictures.size() || i - first == ENTRIES_A_PART || bytes >= BYTES_A_PART) {
                List<ZipMember> members = pictures.subList(first, i);
                parts.add(new ZipPart(
                        path.toString(),
                        length,
                        first,
                        members,
                        members.stream().map(member -> labels.of(member.name())).toList(),
                        i == pictures.size() ? refused : List.of()));
                first = i;
                bytes = 0;
            }
            bytes += i == pictures.size() ? 0 : pictures.get(i).packed();
        }
        return parts;
    }
}
