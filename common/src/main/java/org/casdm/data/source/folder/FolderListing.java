package org.casdm.data.source.folder;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.casdm.data.FileNames;
import org.casdm.data.PicturePaths;
import org.casdm.data.source.BadRecord;
import org.casdm.data.source.ImageSource;
import org.casdm.data.source.Inflated;
import org.casdm.data.source.SourceFingerprint;
import org.casdm.data.source.SourceFormat;
import org.casdm.data.source.SourceLimits;
import org.casdm.data.source.SourcePart;
import org.casdm.data.source.label.DatasetToolLabels;
import org.casdm.data.source.label.LabelRule;
import org.casdm.data.source.label.PictureLabels;
import org.casdm.failure.DataException;
import org.casdm.storage.Storage;

/** The picture files in a folder and the folders below it, by the rules of {@link PicturePaths}. */
public final class FolderListing {
    private static final int FILES_A_PART = 512;
    private static final long BYTES_A_PART = 64L << 20;
    private static final String LINK = "a symbolic link; use --follow-links to follow links";

    private static final String LINK_TO_NOTHING = "a symbolic link to something that does not exist";

    private final Path folder;
    private final List<FileEntry> files = new ArrayList<>();
    private final List<BadRecord> refused = new ArrayList<>();
    private long ignored;
    private final List<String> loops = new ArrayList<>();
    private final SourceFingerprint fingerprint = new SourceFingerprint();
    private boolean labelFile;

    private record FileEntry(String relative, long length, long modified) {}

    private FolderListing(Path folder) {
        this.folder = folder;
    }

    /** @throws DataException when there are no pictures */
    public static FolderListing of(Path folder, Configuration hadoop, SourceLimits limits) throws IOException {
        FileSystem fileSystem = Storage.fileSystem(folder, hadoop);
        if (fileSystem.getFileStatus(folder).isFile()) {
            throw new DataException(folder + " is a file, not a folder of pictures");
        }
        var listing = new FolderListing(folder);
        if (fileSystem.getUri().getScheme().equals("file")) {
            listing.walk(
                    java.nio.file.Path.of(
                            fileSystem.makeQualified(folder).toUri().getPath()),
                    limits.followLinks());
        } else {
            listing.list(fileSystem);
        }
        if (listing.files.isEmpty()) {
            throw new DataException(folder + " holds no pictures (" + listing.ignored + " other files, "
                    + listing.refused.size() + " refused"
                    + (listing.refused.isEmpty()
                            ? ""
                            : ", the first is " + listing.refused.get(0).id() + ": "
                                    + listing.refused.get(0).reason())
                    + "). Pictures are files named " + PicturePaths.EXTENSION_LIST + ", in it or in its subfolders");
        }
        listing.files.sort(Comparator.comparing(FileEntry::relative));
        return listing;
    }

    /** One flat listing on object stores, however deep the folders are. */
    private void list(FileSystem fileSystem) throws IOException {
        String root = fileSystem.makeQualified(folder).toUri().getPath();
        int prefix = root.endsWith("/") ? root.length() : root.length() + 1;
        RemoteIterator<LocatedFileStatus> found = fileSystem.listFiles(folder, true);
        while (found.hasNext()) {
            LocatedFileStatus status = found.next();
            String relative = status.getPath().toUri().getPath().substring(prefix);
            if (status.isSymlink()) {
                refused.add(new BadRecord(relative, LINK));
            } else {
                add(relative, status.getLen(), status.getModificationTime());
            }
        }
    }

    /** Hadoop's local file system follows links and does not report it; Java's own follows them only on request. */
    private void walk(java.nio.file.Path root, boolean followLinks) throws IOException {
        Set<FileVisitOption> options =
                followLinks ? EnumSet.of(FileVisitOption.FOLLOW_LINKS) : EnumSet.noneOf(FileVisitOption.class);
        // The folder itself may be a link: the user has named it.
        java.nio.file.Path start = root.toRealPath();
        Files.walkFileTree(start, options, Integer.MAX_VALUE, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(java.nio.file.Path file, BasicFileAttributes attributes)
                    throws IOException {
                String relative = start.relativize(file).toString();
                if (!FileNames.survives(file) && PicturePaths.isPicture(relative)) {
                    FileNames.requireUtf8(file.toString(), FileNames.charset());
                    refused.add(new BadRecord(relative, "its name is not valid UTF-8; rename it"));
                } else if (!attributes.isSymbolicLink()) {
                    add(
                            relative,
                            attributes.size(),
                            attributes.lastModifiedTime().toMillis());
                } else if (Files.isDirectory(file)
                        && file.getParent().toRealPath().startsWith(file.toRealPath())) {
                    loops.add(relative);
                } else if (PicturePaths.isPicture(relative)
                        || Files.isDirectory(file) && !PicturePaths.isHidden(relative)) {
                    refused.add(new BadRecord(relative, followLinks ? LINK_TO_NOTHING : LINK));
                } else {
                    ignored++;
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(java.nio.file.Path file, IOException error) throws IOException {
                if (error instanceof FileSystemLoopException) {
                    loops.add(start.relativize(file).toString());
                    return FileVisitResult.CONTINUE;
                }
                throw error;
            }
        });
    }

    private void add(String relative, long length, long modified) {
        if (PicturePaths.isPicture(relative)) {
            files.add(new FileEntry(relative, length, modified));
        } else {
            ignored++;
            if (relative.equals(DatasetToolLabels.FILE_NAME)) {
                labelFile = true;
                fingerprint.add(relative, length, modified);
            }
        }
    }

    public ImageSource source(String location, LabelRule rule, Configuration hadoop, SourceLimits limits)
            throws IOException {
        files.forEach(file -> fingerprint.add(file.relative(), file.length(), file.modified()));
        PictureLabels labels = PictureLabels.of(
                location, rule, files.stream().map(FileEntry::relative).toList(), labelFile(rule, hadoop, limits));
        files.removeIf(file -> {
            boolean missing = labels.isMissing(file.relative());
            if (missing) {
                refused.add(PictureLabels.missing(file.relative()));
            }
            return missing;
        });
        var summary = files.size() + " picture files in " + location + ", " + labels.summary()
                + BadRecord.omitted(ignored, refused)
                + (loops.isEmpty()
                        ? ""
                        : ", links to a folder that contains them ignored: " + String.join(", ", loops));
        return new ImageSource(location, SourceFormat.FOLDER, labels.classNames(), parts(labels), summary, fingerprint);
    }

    private Optional<byte[]> labelFile(LabelRule rule, Configuration hadoop, SourceLimits limits) throws IOException {
        if (!labelFile || rule != LabelRule.AUTO) {
            return Optional.empty();
        }
        var file = new Path(folder, DatasetToolLabels.FILE_NAME);
        try (var input = Storage.fileSystem(folder, hadoop).open(file)) {
            return Optional.of(Inflated.readEntry(input, file.toString(), limits.maximumEntryBytes()));
        }
    }

    private List<SourcePart> parts(PictureLabels classes) {
        List<SourcePart> parts = new ArrayList<>();
        List<String> names = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        long bytes = 0;
        for (FileEntry file : files) {
            names.add(file.relative());
            labels.add(classes.of(file.relative()));
            bytes += file.length();
            if (names.size() == FILES_A_PART || bytes >= BYTES_A_PART) {
                parts.add(new FolderPart(folder.toString(), names, labels, bytes, List.of()));
                names.clear();
                labels.clear();
                bytes = 0;
            }
        }
        if (!names.isEmpty() || !refused.isEmpty()) {
            parts.add(new FolderPart(folder.toString(), names, labels, bytes, refused));
        }
        return parts;
    }
}
