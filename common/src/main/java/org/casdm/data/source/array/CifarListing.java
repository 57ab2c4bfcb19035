package org.casdm.data.source.array;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.data.source.ImageSource;
import org.casdm.data.source.SourceFingerprint;
import org.casdm.data.source.SourceFormat;
import org.casdm.data.source.SourcePart;
import org.casdm.data.source.label.NumberedLabels;
import org.casdm.failure.DataException;
import org.casdm.storage.Storage;

/**
 * CIFAR-10 or CIFAR-100 in their binary versions (cs.toronto.edu/~kriz/cifar.html): records of one label byte (CIFAR-100:
 * the coarse label, then the fine one, which is used) and 3 × 32 × 32 bytes, channel by channel. A record that is cut at
 * a file's end counts as an image, a bad one. Class names come from the list beside the files, where there is one.
 */
public final class CifarListing {
    private static final int RECORDS_A_PART = 10_000;
    private static final int COARSE_CLASSES = 20;
    private static final int LONGEST_LIST_BYTES = 1 << 16;

    private CifarListing() {}

    /**
     * @param path   one binary file, or the folder with data_batch_*.bin (CIFAR-10) or train.bin (CIFAR-100)
     * @param format {@link SourceFormat#CIFAR10} or {@link SourceFormat#CIFAR100}
     */
    public static ImageSource of(String location, Path path, SourceFormat format, Configuration hadoop)
            throws IOException {
        FileSystem fileSystem = Storage.fileSystem(path, hadoop);
        FileStatus status = fileSystem.getFileStatus(path);
        List<FileStatus> files = status.isFile() ? List.of(status) : batches(fileSystem, path, format);
        List<String> classNames = classNames(fileSystem, status.isFile() ? path.getParent() : path, format);
        var fingerprint = new SourceFingerprint();
        List<SourcePart> parts = new ArrayList<>();
        long count = 0;
        int cut = 0;
        for (FileStatus file : files) {
            checkFirstRecord(fileSystem, file, format);
            long records = (file.getLen() + CifarPart.recordBytes(format) - 1) / CifarPart.recordBytes(format);
            for (long first = 0; first < records; first += RECORDS_A_PART) {
                parts.add(new CifarPart(
                        file.getPath().toString(),
                        file.getLen(),
                        format,
                        classNames.size(),
                        first,
                        Math.min(records, first + RECORDS_A_PART)));
            }
            count += records;
            cut += file.getLen() % CifarPart.recordBytes(format) == 0 ? 0 : 1;
            fingerprint.add(file);
        }
        return new ImageSource(
                location,
                format,
                classNames,
                parts,
                count + " records of " + format.key() + " in " + files.size() + " file" + (files.size() == 1 ? "" : "s")
                        + " of " + location + ", " + classNames.size() + " classes"
                        + (cut == 0 ? "" : ", " + cut + " of the records cut short at a file's end"),
                fingerprint);
    }

    private static List<FileStatus> batches(FileSystem fileSystem, Path folder, SourceFormat format)
            throws IOException {
        List<FileStatus> files = new ArrayList<>();
        for (FileStatus status : fileSystem.listStatus(folder)) {
            if (status.isFile() && isTrainingFile(status.getPath().getName(), format)) {
                files.add(status);
            }
        }
        if (files.isEmpty()) {
            throw new DataException(
                    folder + " holds no " + (format == SourceFormat.CIFAR10 ? "data_batch_*.bin" : "train.bin") + " of "
                            + format.key() + ". Give the folder that the archive unpacks to, or one file");
        }
        files.sort(Comparator.comparing(file -> file.getPath().getName()));
        return files;
    }

    /** Whether this is the name of a file with training images in an unpacked archive. */
    public static boolean isTrainingFile(String name, SourceFormat format) {
        return format == SourceFormat.CIFAR10
                ? name.startsWith("data_batch_") && name.endsWith(".bin")
                : name.equals("train.bin");
    }

    private static void checkFirstRecord(FileSystem fileSystem, FileStatus file, SourceFormat format)
            throws IOException {
        if (file.getLen() == 0) {
            throw new DataException(file.getPath() + " is empty. Download it again");
        }
        try (var input = fileSystem.open(file.getPath())) {
            int coarse = format == SourceFormat.CIFAR10 ? 0 : input.read();
            int label = input.read();
            if (coarse >= COARSE_CLASSES || label >= classCount(format)) {
                throw new DataException(file.getPath() + " does not begin with a record of " + format.key() + ": label "
                        + (coarse >= COARSE_CLASSES ? coarse : label)
                        + ". Is it the binary version, and the right format (cifar10, cifar100)?");
            }
        }
    }

    private static List<String> classNames(FileSystem fileSystem, Path folder, SourceFormat format) throws IOException {
        var list = new Path(folder, format == SourceFormat.CIFAR10 ? "batches.meta.txt" : "fine_label_names.txt");
        if (!fileSystem.exists(list)) {
            return NumberedLabels.names(classCount(format));
        }
        try (var input = fileSystem.open(list)) {
            List<String> names = new String(input.readNBytes(LONGEST_LIST_BYTES), StandardCharsets.UTF_8)
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
            if (names.size() == classCount(format)) {
                return names;
            }
            throw new DataException(list + " lists " + names.size() + " classes where " + format.key() + " has "
                    + classCount(format) + ". Repair or remove it");
        }
    }

    private static int classCount(SourceFormat format) {
        return format == SourceFormat.CIFAR10 ? 10 : 100;
    }

    /** Which of the two formats a single file has: by its length, then by its name. */
    public static SourceFormat formatOf(FileStatus file) {
        boolean ten = file.getLen() % CifarPart.recordBytes(SourceFormat.CIFAR10) == 0;
        boolean hundred = file.getLen() % CifarPart.recordBytes(SourceFormat.CIFAR100) == 0;
        if (ten != hundred) {
            return ten ? SourceFormat.CIFAR10 : SourceFormat.CIFAR100;
        }
        String name = file.getPath().getName();
        boolean hundredByName = name.equals("train.bin") || name.equals("test.bin") || name.contains("cifar100");
        return hundredByName ? SourceFormat.CIFAR100 : SourceFormat.CIFAR10;
    }
}
