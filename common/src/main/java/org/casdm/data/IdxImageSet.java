package org.casdm.data;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Images and labels in IDX files (MNIST, Fashion-MNIST, EMNIST): {@code train-images-idx3-ubyte} and
 * {@code train-labels-idx1-ubyte}, each perhaps with {@code .gz}. Without a file of labels the images have none.
 */
final class IdxImageSet implements ImageSet {
    private static final long serialVersionUID = 1L;

    private final String location;
    private final String images;
    /** Empty without labels. */
    private final String labels;

    private final int count;
    private final int rows;
    private final int columns;
    private final int classes;

    private IdxImageSet(String location, String images, String labels, int[] dimensions, int classes) {
        this.location = location;
        this.images = images;
        this.labels = labels;
        count = dimensions[0];
        rows = dimensions[1];
        columns = dimensions[2];
        this.classes = classes;
    }

    /** @param path the file of images, or the folder that it is in */
    static IdxImageSet find(String location, Path path, Configuration hadoop) throws DataException {
        try {
            FileSystem fileSystem = Storage.fileSystem(path, hadoop);
            Path images = fileSystem.getFileStatus(path).isFile() ? path : imagesIn(path, fileSystem.listStatus(path));
            int[] dimensions = IdxFile.dimensions(images, IdxFile.IMAGES_MAGIC, hadoop);
            Path labels = labelsOf(images, fileSystem);
            int classes = labels == null ? 0 : classCount(images, dimensions[0], labels, hadoop);
            return new IdxImageSet(
                    location, images.toString(), labels == null ? "" : labels.toString(), dimensions, classes);
        } catch (IOException e) {
            throw Storage.explain(path, e);
        }
    }

    private static Path imagesIn(Path folder, FileStatus[] files) throws DataException {
        List<String> names = new ArrayList<>();
        for (FileStatus file : files) {
            if (file.isFile() && isImagesFile(file.getPath().getName())) {
                names.add(file.getPath().getName());
            }
        }
        // Sorted, a plain file comes before its compressed copy.
        names.sort(null);
        List<String> training =
                names.stream().filter(name -> name.contains("train")).toList();
        if (!training.isEmpty()) {
            return new Path(folder, training.get(0));
        }
        if (names.size() == 1) {
            return new Path(folder, names.get(0));
        }
        throw new DataException(
                names.isEmpty()
                        ? folder + " holds no IDX file of images (train-images-idx3-ubyte, perhaps with .gz)"
                        : String.format(
                                Locale.ROOT,
                                "%s holds several IDX files of images, none called train: %s. Give one of them",
                                folder,
                                names));
    }

    /** Whether this is the name of an IDX file of images. */
    static boolean isImagesFile(String name) {
        return name.matches(".*images[-.]idx3[-.]ubyte(\\.gz)?");
    }

    private static Path labelsOf(Path images, FileSystem fileSystem) throws IOException {
        String name = images.getName().replace("images", "labels").replace("idx3", "idx1");
        if (name.equals(images.getName())) {
            return null;
        }
        String plain = name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
        for (String candidate : List.of(name, plain, plain + ".gz")) {
            var path = new Path(images.getParent(), candidate);
            if (fileSystem.exists(path)) {
                return path;
            }
        }
        return null;
    }

    private static int classCount(Path images, int imageCount, Path labels, Configuration hadoop) throws IOException {
        int[] dimensions = IdxFile.dimensions(labels, IdxFile.LABELS_MAGIC, hadoop);
        if (dimensions[0] != imageCount) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s holds %d labels, %s %d images: they do not belong together",
                    labels,
                    dimensions[0],
                    images,
                    imageCount));
        }
        int largest = 0;
        for (byte label : IdxFile.data(labels, IdxFile.LABELS_MAGIC, dimensions, hadoop)) {
            largest = Math.max(largest, label & 0xff);
        }
        return largest + 1;
    }

    String imagesFile() {
        return images;
    }

    String labelsFile() {
        return labels;
    }

    int rows() {
        return rows;
    }

    int columns() {
        return columns;
    }

    @Override
    public String location() {
        return location;
    }

    @Override
    public ImageFormat format() {
        return ImageFormat.IDX;
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public List<String> classNames() {
        return IntStream.range(0, classes).mapToObj(Integer::toString).toList();
    }

    @Override
    public String summary() {
        return String.format(
                Locale.ROOT,
                "%d grey images of %d x %d in the IDX file %s, %s",
                count,
                columns,
                rows,
                images,
                classes == 0 ? "without labels" : classes + " classes");
    }

    @Override
    public ImageReader open(Configuration hadoop, ReadOptions options) throws IOException {
        return new IdxImageReader(this, hadoop, options);
    }
}
