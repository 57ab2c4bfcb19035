package org.casdm.data.source.archive;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.data.BadImageException;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.data.source.BadRecord;
import org.casdm.data.source.ImageSource;
import org.casdm.data.source.RangeInput;
import org.casdm.data.source.SourceFingerprint;
import org.casdm.data.source.SourceFormat;
import org.casdm.data.source.SourceLimits;
import org.casdm.data.source.SourcePart;
import org.casdm.data.source.label.LabelRule;
import org.casdm.failure.DataException;
import org.casdm.storage.Storage;

/** Looks tars up: those of pictures, and ImageNet's tar of one tar for each class (synset). */
public final class TarListing {
    private static final int SCAN_BUFFER_BYTES = 4096;
    /** Webdataset keeps the files of a sample together. */
    private static final int ENTRIES_TO_LOOK_AT = 20;

    private final Configuration hadoop;
    private final SourceLimits limits;

    public TarListing(Configuration hadoop, SourceLimits limits) {
        this.hadoop = hadoop;
        this.limits = limits;
    }

    /** Whether a file is called as tars are. */
    public static boolean isTar(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".tar") || lower.endsWith(".tar.gz") || lower.endsWith(".tgz");
    }

    /** Whether a tar's first file is a tar. */
    public boolean holdsTars(FileStatus tar) throws IOException {
        try (var stream = new TarStream(
                        RangeInput.sequential(tar.getPath(), 0, tar.getLen(), hadoop), limits.maximumRatio());
                var entries = stream.entries()) {
            stream.beginHeaders();
            TarArchiveEntry entry = entries.getNextTarEntry();
            while (entry != null && entry.isDirectory()) {
                entry = entries.getNextTarEntry();
            }
            return entry != null && entry.getName().endsWith(".tar");
        } catch (IOException | IllegalArgumentException e) {
            throw Storage.explain(
                    tar.getPath(),
                    e instanceof IOException failure ? failure : new IOException("not a tar: " + e.getMessage(), e));
        }
    }

    /** Tars of pictures: a file, or those in a folder. Labels are in files beside the pictures, or there are none. */
    public ImageSource pictures(String location, Path path, LabelRule rule) throws IOException {
        List<FileStatus> tars = tars(path);
        var fingerprint = new SourceFingerprint();
        tars.forEach(fingerprint::add);
        boolean sampled = rule == LabelRule.AUTO && hasLabels(tars.get(0));
        List<SourcePart> parts = new ArrayList<>();
        for (FileStatus tar : tars) {
            String prefix = tars.size() == 1 ? "" : tar.getPath().getName() + "/";
            parts.add(new TarPart(
                    tar.getPath().toString(),
                    tar.getPath().getName(),
                    0,
                    tar.getLen(),
                    prefix,
                    DatasetDescription.NO_LABEL,
                    sampled,
                    List.of()));
        }
        return new ImageSource(
                location,
                SourceFormat.TAR,
                List.of(),
                sampled,
                parts,
                tars.size() + " tar" + (tars.size() == 1 ? "" : "s") + " of pictures in " + location + ", "
                        + (sampled ? "numbered classes (.cls or .json files)" : "no classes"),
                fingerprint.hex());
    }

    /** Whether files of labels lie beside a tar's first pictures. */
    private boolean hasLabels(FileStatus tar) throws IOException {
        RangeInput range = RangeInput.sequential(tar.getPath(), 0, tar.getLen(), hadoop);
        try (var stream = new TarStream(range, limits.maximumRatio());
                var entries = stream.entries()) {
            for (int i = 0; i < ENTRIES_TO_LOOK_AT; i++) {
                stream.beginHeaders();
                TarArchiveEntry entry = entries.getNextTarEntry();
                stream.beginData();
                if (entry == null) {
                    return false;
                }
                if (entry.isFile() && entry.getSize() <= SampleLabel.MOST_BYTES && SampleLabel.isIn(entry.getName())) {
                    byte[] content = entries.readNBytes((int) entry.getSize());
                    if (SampleLabel.read(entry.getName(), content).isPresent()) {
                        return true;
                    }
                }
            }
            return false;
        } catch (IOException | RuntimeException e) {
            if (range.failure() != null) {
                throw range.failure();
            }
            // What is damaged is reported where it is read; a label that is none is none.
            return e instanceof BadImageException;
        }
    }

    private List<FileStatus> tars(Path path) throws IOException {
        FileSystem fileSystem = Storage.fileSystem(path, hadoop);
        FileStatus status = fileSystem.getFileStatus(path);
        if (status.isFile()) {
            return List.of(status);
        }
        List<FileStatus> tars = new ArrayList<>();
        for (FileStatus file : fileSystem.listStatus(path)) {
            if (file.isFile() && isTar(file.getPath().getName())) {
                tars.add(file);
            }
        }
        if (tars.isEmpty()) {
            throw new DataException(path + " holds no files named .tar, .tar.gz or .tgz");
        }
        tars.sort(null);
        return tars;
    }

    /**
     * ImageNet's form: a tar of tars, or a folder of them. Each is a class, in the order of their names, and a part.
     * Only the outer tar's headers are read.
     */
    public ImageSource classTars(String location, Path path) throws IOException {
        var byClass = new TreeMap<String, Range>();
        var fingerprint = new SourceFingerprint();
        List<BadRecord> refused = new ArrayList<>();
        FileSystem fileSystem = Storage.fileSystem(path, hadoop);
        FileStatus status = fileSystem.getFileStatus(path);
        if (status.isFile()) {
            fingerprint.add(status);
            scan(status, byClass, refused);
        } else {
            for (FileStatus tar : tars(path)) {
                fingerprint.add(tar);
                byClass.put(
                        className(tar.getPath().getName()),
                        new Range(tar.getPath().toString(), 0, tar.getLen()));
            }
        }
        if (byClass.isEmpty()) {
            throw new DataException(path + " holds no tars within the tar"
                    + (refused.isEmpty() ? "" : " (" + refused.get(0).reason() + ")")
                    + ". If it holds the pictures themselves, use format tar");
        }
        List<String> classNames = List.copyOf(byClass.keySet());
        List<SourcePart> parts = new ArrayList<>();
        byClass.forEach((name, range) -> parts.add(new TarPart(
                range.file(),
                name + ".tar",
                range.start(),
                range.end(),
                name + "/",
                parts.size(),
                false,
                parts.isEmpty() ? refused : List.of())));
        var summary = parts.size() + " classes, a tar each, in " + location
                + (refused.isEmpty() ? "" : "; " + refused.get(0).reason());
        return new ImageSource(location, SourceFormat.IMAGENET, classNames, parts, summary, fingerprint);
    }

    private record Range(String file, long start, long end) {}

    private void scan(FileStatus tar, TreeMap<String, Range> byClass, List<BadRecord> refused) throws IOException {
        String file = tar.getPath().toString();
        long promised = 0;
        RangeInput range = RangeInput.scattered(tar.getPath(), tar.getLen(), SCAN_BUFFER_BYTES, hadoop);
        try (var stream = new TarStream(range, limits.maximumRatio());
                var entries = stream.entries()) {
            if (stream.compressed()) {
                throw new DataException(file + " is compressed as a whole, so the tars in it cannot be read in "
                        + "parallel. Unpack it with gunzip first");
            }
            stream.beginHeaders();
            for (TarArchiveEntry entry = entries.getNextTarEntry(); entry != null; entry = entries.getNextTarEntry()) {
                String name = EntryNames.plain(entry.getName());
                String problem =
                        EntryNames.problem(name).orElse(entry.isSymbolicLink() || entry.isLink() ? "a link" : null);
                if (problem != null) {
                    refused.add(new BadRecord(EntryNames.shown(name), problem));
                } else if (entry.isFile() && name.endsWith(".tar")) {
                    long start = range.position();
                    promised = start + entry.getSize();
                    var found = new Range(file, start, Math.min(tar.getLen(), start + entry.getSize()));
                    if (byClass.putIfAbsent(className(name), found) != null) {
                        refused.add(new BadRecord(EntryNames.shown(name), "a second tar of this name in " + file));
                    }
                }
                stream.beginHeaders();
            }
            if (!stream.endedWithZeros()) {
                refused.add(new BadRecord(tar.getPath().getName(), cut(range, file)));
            }
        } catch (DataException e) {
            throw e;
        } catch (IOException | IllegalArgumentException e) {
            if (range.failure() != null) {
                throw range.failure();
            }
            if (promised > tar.getLen()) {
                // Cut within the last tar: its part will say so.
                return;
            }
            refused.add(new BadRecord(tar.getPath().getName(), cut(range, file)));
        }
    }

    private static String cut(RangeInput range, String file) {
        return "the outer tar is cut short or damaged at byte " + range.position() + " of " + file;
    }

    /** {@code train/n01440764.tar} is of class n01440764. */
    private static String className(String name) {
        String file = name.substring(name.lastIndexOf('/') + 1);
        int dot = file.indexOf('.');
        return dot < 0 ? file : file.substring(0, dot);
    }
}
