package org.casdm.data.source;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.casdm.data.DataException;
import org.casdm.data.PicturePaths;
import org.casdm.data.Storage;

/**
 * An open zip: its directory, and where its data is. It is read where it lies; of the directory, some hundred bytes an
 * entry are in memory.
 */
final class ZipListing implements Closeable {
    private static final int BLOCK_BYTES = 2 << 20;
    private static final int ENTRIES_A_PART = 4096;
    private static final long BYTES_A_PART = 64L << 20;

    private final Path path;
    private final RangeInput input;
    private final ZipFile zip;
    private final List<ZipArchiveEntry> pictures = new ArrayList<>();
    private long ignored;

    private ZipListing(Path path, RangeInput input, ZipFile zip) {
        this.path = path;
        this.input = input;
        this.zip = zip;
        // In the order of the data, so that reading it is reading on.
        for (ZipArchiveEntry entry : Collections.list(zip.getEntriesInPhysicalOrder())) {
            String name = EntryNames.plain(entry.getName());
            if (entry.isDirectory()) {
                continue;
            }
            if (PicturePaths.isPicture(name) || EntryNames.problem(name).isPresent()) {
                pictures.add(entry);
            } else {
                ignored++;
            }
        }
    }

    /** Opens a zip. */
    static ZipListing of(Path path, Configuration hadoop) throws IOException {
        FileStatus status = Storage.fileSystem(path, hadoop).getFileStatus(path);
        if (!status.isFile()) {
            throw new DataException(path + " is a folder, not a zip");
        }
        RangeInput input = RangeInput.scattered(path, status.getLen(), BLOCK_BYTES, hadoop);
        try {
            // The entries' own headers are looked at when they are read, not all of them now.
            var zip = new ZipFile(new RangeChannel(input, status.getLen()), path.toString(), "UTF-8", true, true);
            return new ZipListing(path, input, zip);
        } catch (IOException | IllegalArgumentException e) {
            input.close();
            if (input.failure() != null) {
                throw input.failure();
            }
            throw new DataException(
                    String.format(
                                    Locale.ROOT,
                                    "%s is no zip, or cut short or damaged (%s). Its directory stands at its end: ",
                                    path,
                                    e.getMessage())
                            + "fetch it again, whole",
                    e);
        }
    }

    ImageSource source(String location) throws IOException {
        try (this) {
            if (pictures.isEmpty()) {
                throw new DataException(String.format(
                        Locale.ROOT,
                        "%s holds no pictures (%d other files). Pictures are entries called %s",
                        path,
                        ignored,
                        PicturePaths.EXTENSION_LIST));
            }
            List<String> classNames = PicturePaths.classNames(pictures.stream()
                    .map(entry -> EntryNames.plain(entry.getName()))
                    .filter(name -> EntryNames.problem(name).isEmpty())
                    .toList());
            return new ImageSource(
                    location,
                    SourceFormat.ZIP,
                    classNames,
                    parts(classNames),
                    String.format(
                            Locale.ROOT,
                            "%d pictures in the zip %s, %s%s",
                            pictures.size(),
                            location,
                            classNames.isEmpty() ? "no classes" : classNames.size() + " classes (folders)",
                            ignored == 0 ? "" : ", " + ignored + " other files left aside"));
        }
    }

    private List<SourcePart> parts(List<String> classNames) {
        List<SourcePart> parts = new ArrayList<>();
        int first = 0;
        long bytes = 0;
        for (int i = 0; i < pictures.size(); i++) {
            bytes += Math.max(0, pictures.get(i).getCompressedSize());
            if (i + 1 == pictures.size() || i + 1 - first == ENTRIES_A_PART || bytes >= BYTES_A_PART) {
                parts.add(new ZipPart(path.toString(), pictures.size(), first, i + 1, bytes, classNames));
                first = i + 1;
                bytes = 0;
            }
        }
        return parts;
    }

    Path path() {
        return path;
    }

    RangeInput input() {
        return input;
    }

    ZipFile zip() {
        return zip;
    }

    /** The entries that are taken for pictures, in the order of their data. */
    List<ZipArchiveEntry> pictures() {
        return Collections.unmodifiableList(pictures);
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
