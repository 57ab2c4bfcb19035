package org.casdm.data.source.parquet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.casdm.data.source.ImageSource;
import org.casdm.data.source.SourceFingerprint;
import org.casdm.data.source.SourceFormat;
import org.casdm.data.source.SourcePart;
import org.casdm.data.source.label.LabelRule;
import org.casdm.failure.DataException;
import org.casdm.storage.Storage;

/** Parquet files of pictures: each row group is a part. Of the files, footers are read, and labels that are text. */
public final class ParquetListing {
    /** What Parquet files begin with. */
    public static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);

    private static final String SUFFIX = ".parquet";

    private ParquetListing() {}

    /** Whether a file is called as Parquet files are, and not hidden as Spark's and Hadoop's notes are. */
    public static boolean isParquet(String name) {
        return name.endsWith(SUFFIX) && !name.startsWith("_") && !name.startsWith(".");
    }

    /** @param path a file, or the folder of some */
    public static ImageSource of(String location, Path path, LabelRule rule, Configuration hadoop) throws IOException {
        List<FileStatus> files = files(path, hadoop);
        var fingerprint = new SourceFingerprint();
        var textual = new TreeSet<String>();
        List<String> named = List.of();
        ParquetColumns columns = null;
        List<ParquetPart> parts = new ArrayList<>();
        for (FileStatus status : files) {
            Path file = status.getPath();
            fingerprint.add(status);
            try (ParquetPictures pictures = ParquetPictures.open(file, hadoop)) {
                ParquetColumns found =
                        rule == LabelRule.NONE ? pictures.columns().withoutLabel() : pictures.columns();
                if (columns != null && !columns.equals(found)) {
                    throw new DataException(file + " has the columns " + found.paths() + " where "
                            + files.get(0).getPath() + " has " + columns.paths()
                            + ". Put files of other columns elsewhere");
                }
                columns = found;
                if (columns.textual()) {
                    addLabels(pictures, columns, textual);
                } else if (columns.labelled()) {
                    named = pictures.classNames();
                }
                addParts(pictures, file, columns, parts);
            }
        }
        if (parts.isEmpty()) {
            throw new DataException(path + " holds no rows");
        }
        List<String> classNames = columns.textual() ? List.copyOf(textual) : named;
        boolean numbered = columns.labelled() && classNames.isEmpty();
        return new ImageSource(
                location,
                SourceFormat.PARQUET,
                classNames,
                numbered,
                parts.stream()
                        .<SourcePart>map(part -> part.withClassNames(classNames))
                        .toList(),
                parts.stream().mapToLong(ParquetPart::rows).sum() + " rows in " + files.size() + " Parquet file"
                        + (files.size() == 1 ? "" : "s") + " of " + location + ", pictures in column "
                        + String.join(".", columns.image()) + ", "
                        + (!columns.labelled()
                                ? "no classes"
                                : (numbered ? "numbered" : Integer.toString(classNames.size()))
                                        + " classes in column "
                                        + columns.label()),
                fingerprint.hex());
    }

    private static void addParts(ParquetPictures pictures, Path file, ParquetColumns columns, List<ParquetPart> parts) {
        long first = 0;
        for (int group = 0; group < pictures.rowGroups(); group++) {
            long rows = pictures.rows(group);
            if (rows > 0) {
                parts.add(new ParquetPart(
                        file.toString(), group, first, rows, pictures.bytes(group), columns, List.of()));
                first += rows;
            }
        }
    }

    /** The classes of labels that are text: only that column is read. */
    private static void addLabels(ParquetPictures pictures, ParquetColumns columns, TreeSet<String> labels)
            throws IOException {
        for (int group = 0; group < pictures.rowGroups(); group++) {
            ParquetPictures.Rows rows = pictures.open(group, columns.labelOnly());
            for (long row = 0; row < pictures.rows(group); row++) {
                Group values = rows.next();
                if (values.getFieldRepetitionCount(columns.label()) > 0) {
                    labels.add(values.getString(columns.label(), 0));
                }
            }
        }
    }

    private static List<FileStatus> files(Path path, Configuration hadoop) throws IOException {
        FileSystem fileSystem = Storage.fileSystem(path, hadoop);
        FileStatus found = fileSystem.getFileStatus(path);
        if (found.isFile()) {
            return List.of(found);
        }
        List<FileStatus> files = new ArrayList<>();
        for (FileStatus file : fileSystem.listStatus(path)) {
            if (file.isFile() && isParquet(file.getPath().getName())) {
                files.add(file);
            }
        }
        if (files.isEmpty()) {
            throw new DataException(path + " holds no files named .parquet");
        }
        files.sort(Comparator.comparing(file -> file.getPath().getName()));
        List<FileStatus> training = files.stream()
                .filter(file -> file.getPath().getName().startsWith("train-"))
                .toList();
        return training.isEmpty() ? files : training;
    }
}
