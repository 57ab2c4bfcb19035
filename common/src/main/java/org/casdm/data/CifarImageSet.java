package org.casdm.data;

import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * CIFAR-10 or CIFAR-100 in their binary versions (cs.toronto.edu/~kriz/cifar.html): records of one label byte (CIFAR-100:
 * the coarse label, then the fine one, which is used) and 3 × 32 × 32 bytes, channel by channel. A record that is cut at
 * a file's end counts as an image, a bad one. Class names come from the list beside the files, where there is one.
 */
final class CifarImageSet implements ImageSet {
    static final int SIDE = 32;
    static final int PIXEL_BYTES = 3 * SIDE * SIDE;
    private static final long serialVersionUID = 1L;

    private final String location;
    private final ImageFormat format;
    private final ArrayList<RecordFile> files;
    private final ArrayList<String> classNames;

    private CifarImageSet(String location, ImageFormat format, List<RecordFile> files, List<String> classNames) {
        this.location = location;
        this.format = format;
        this.files = new ArrayList<>(files);
        this.classNames = new ArrayList<>(classNames);
    }

    /**
     * @param path   one binary file, or the folder with data_batch_*.bin (CIFAR-10) or train.bin (CIFAR-100)
     * @param format {@link ImageFormat#CIFAR10} or {@link ImageFormat#CIFAR100}
     */
    static CifarImageSet find(String location, Path path, ImageFormat format, Configuration hadoop)
            throws DataException {
        try {
            FileSystem fileSystem = Storage.fileSystem(path, hadoop);
            FileStatus status = fileSystem.getFileStatus(path);
            List<RecordFile> files =
                    status.isFile() ? List.of(RecordFile.of(status)) : batches(fileSystem, path, format);
            for (RecordFile file : files) {
                checkFirstRecord(fileSystem, file, format);
            }
            Path folder = status.isFile() ? path.getParent() : path;
            return new CifarImageSet(location, format, files, classNames(fileSystem, folder, format));
        } catch (IOException e) {
            throw Storage.explain(path, e);
        }
    }

    private static List<RecordFile> batches(FileSystem fileSystem, Path folder, ImageFormat format) throws IOException {
        List<RecordFile> files = new ArrayList<>();
        for (FileStatus status : fileSystem.listStatus(folder)) {
            if (status.isFile() && isTrainingFile(status.getPath().getName(), format)) {
                files.add(RecordFile.of(status));
            }
        }
        if (files.isEmpty()) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s holds no %s of %s. Give the folder that the archive unpacks to, or one file",
                    folder,
                    format == ImageFormat.CIFAR10 ? "data_batch_*.bin" : "train.bin",
                    format.key()));
        }
        files.sort((a, b) -> a.path().compareTo(b.path()));
        return files;
    }

    /** Whether this is the name of a file with training images in an unpacked archive. */
    static boolean isTrainingFile(String name, ImageFormat format) {
        return format == ImageFormat.CIFAR10
                ? name.startsWith("data_batch_") && name.endsWith(".bin")
                : name.equals("train.bin");
    }

    private static void checkFirstRecord(FileSystem fileSystem, RecordFile file, ImageFormat format)
            throws IOException {
        if (file.length() == 0) {
            throw new DataException(file.path() + " is empty. Fetch it again");
        }
        try (var input = fileSystem.open(new Path(file.path()))) {
            int coarse = format == ImageFormat.CIFAR10 ? 0 : input.read();
            int label = input.read();
            if (coarse >= 20 || label >= classCount(format)) {
                throw new DataException(String.format(
                                Locale.ROOT,
                                "%s does not begin with a record of %s: label %d. Is it the binary version, and ",
                                file.path(),
                                format.key(),
                                coarse >= 20 ? coarse : label)
                        + "the right format (cifar10, cifar100)?");
            }
        }
    }

    private static List<String> classNames(FileSystem fileSystem, Path folder, ImageFormat format) throws IOException {
        var list = new Path(folder, format == ImageFormat.CIFAR10 ? "batches.meta.txt" : "fine_label_names.txt");
        if (fileSystem.exists(list)) {
            try (var input = fileSystem.open(list)) {
                String text = new String(input.readNBytes(1 << 16), StandardCharsets.UTF_8);
                List<String> names = text.lines()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty())
                        .toList();
                if (names.size() == classCount(format)) {
                    return names;
                }
                throw new DataException(String.format(
                        Locale.ROOT,
                        "%s lists %d classes where %s has %d. Repair or remove it",
                        list,
                        names.size(),
                        format.key(),
                        classCount(format)));
            }
        }
        return IntStream.range(0, classCount(format))
                .mapToObj(Integer::toString)
                .toList();
    }

    private static int classCount(ImageFormat format) {
        return format == ImageFormat.CIFAR10 ? 10 : 100;
    }

    /** Which of the two formats a single file has: by its length, then by its name. */
    static ImageFormat formatOf(FileStatus file) {
        boolean ten = file.getLen() % recordBytes(ImageFormat.CIFAR10) == 0;
        boolean hundred = file.getLen() % recordBytes(ImageFormat.CIFAR100) == 0;
        if (ten != hundred) {
            return ten ? ImageFormat.CIFAR10 : ImageFormat.CIFAR100;
        }
        String name = file.getPath().getName();
        boolean hundredByName = name.equals("train.bin") || name.equals("test.bin") || name.contains("cifar100");
        return hundredByName ? ImageFormat.CIFAR100 : ImageFormat.CIFAR10;
    }

    static int recordBytes(ImageFormat format) {
        return labelBytes(format) + PIXEL_BYTES;
    }

    static int labelBytes(ImageFormat format) {
        return format == ImageFormat.CIFAR10 ? 1 : 2;
    }

    List<RecordFile> files() {
        return files;
    }

    @Override
    public String location() {
        return location;
    }

    @Override
    public ImageFormat format() {
        return format;
    }

    @Override
    public long count() {
        return files.stream()
                .mapToLong(file -> file.records(recordBytes(format)))
                .sum();
    }

    @Override
    public List<String> classNames() {
        return List.copyOf(classNames);
    }

    @Override
    public List<ImageSet> split() {
        return files.stream()
                .<ImageSet>map(file -> new CifarImageSet(location, format, List.of(file), classNames))
                .toList();
    }

    @Override
    public String summary() {
        long cut = files.stream()
                .filter(file -> file.length() % recordBytes(format) != 0)
                .count();
        return String.format(
                Locale.ROOT,
                "%d records of %s in %d file%s of %s, %d classes%s",
                count(),
                format.key(),
                files.size(),
                files.size() == 1 ? "" : "s",
                location,
                classNames.size(),
                cut == 0 ? "" : ", " + cut + " of the records cut short at a file's end");
    }

    @Override
    public ImageReader open(Configuration hadoop, ReadOptions options) throws IOException {
        return new CifarImageReader(this, hadoop, options);
    }

    /**
     * One file of records.
     *
     * @param path   where it is
     * @param length its bytes when it was found
     */
    record RecordFile(String path, long length) implements Serializable {
        static RecordFile of(FileStatus status) {
            return new RecordFile(status.getPath().toString(), status.getLen());
        }

        /** Records in it, a cut one at the end included. */
        long records(int recordBytes) {
            return (length + recordBytes - 1) / recordBytes;
        }
    }
}
