package org.casdm.data.source.array;

import java.io.IOException;
import java.util.ArrayList;
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
 * Images and labels in IDX files (MNIST, Fashion-MNIST, EMNIST): {@code train-images-idx3-ubyte} and
 * {@code train-labels-idx1-ubyte}, each perhaps with {@code .gz}. Without a file of labels the images have none.
 */
public final class IdxListing {
    private static final int RECORDS_A_PART = 10_000;

    private IdxListing() {}

    /** @param path the file of images, or the folder that it is in */
    public static ImageSource of(String location, Path path, Configuration hadoop) throws IOException {
        FileSystem fileSystem = Storage.fileSystem(path, hadoop);
        Path images = fileSystem.getFileStatus(path).isFile() ? path : imagesIn(path, fileSystem.listStatus(path));
        int[] dimensions = IdxFile.dimensions(images, IdxFile.IMAGES_MAGIC, hadoop);
        IdxFile.requireSize(images, dimensions);
        var fingerprint = new SourceFingerprint().add(fileSystem.getFileStatus(images));
        Path labels = labelsOf(images, fileSystem);
        int classes = 0;
        if (labels != null) {
            classes = classCount(images, dimensions[0], labels, hadoop);
            fingerprint.add(fileSystem.getFileStatus(labels));
        }
        List<SourcePart> parts = new ArrayList<>();
        for (int first = 0; first < dimensions[0]; first += RECORDS_A_PART) {
            parts.add(new IdxPart(
                    images.toString(),
                    labels == null ? "" : labels.toString(),
                    dimensions[0],
                    dimensions[1],
                    dimensions[2],
                    first,
                    (int) Math.min(dimensions[0], (long) first + RECORDS_A_PART)));
        }
        return new ImageSource(
                location,
                SourceFormat.IDX,
                NumberedLabels.names(classes),
                parts,
                dimensions[0] + " grey images of " + dimensions[2] + " x " + dimensions[1] + " in the IDX file "
                        + images + ", " + (classes == 0 ? "without labels" : classes + " classes"),
                fingerprint);
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
            return Storage.below(folder, training.get(0));
        }
        if (names.size() == 1) {
            return Storage.below(folder, names.get(0));
        }
        throw new DataException(
                names.isEmpty()
                        ? folder + " holds no IDX file of images (train-images-idx3-ubyte, perhaps with .gz)"
                        : folder + " holds several IDX files of images, none named train: " + names
                                + ". Give one of them");
    }

    /** Whether this is the name of an IDX file of images. */
    public static boolean isImagesFile(String name) {
        return name.matches(".*images[-.]idx3[-.]ubyte(\\.gz)?");
    }

    private static Path labelsOf(Path images, FileSystem fileSystem) throws IOException {
        String name = images.getName().replace("images", "labels").replace("idx3", "idx1");
        if (name.equals(images.getName())) {
            return null;
        }
        String plain = name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
        for (String candidate : List.of(name, plain, plain + ".gz")) {
            var path = Storage.below(images.getParent(), candidate);
            if (fileSystem.exists(path)) {
                return path;
            }
        }
        return null;
    }

    private static int classCount(Path images, int imageCount, Path labels, Configuration hadoop) throws IOException {
        int[] dimensions = IdxFile.dimensions(labels, IdxFile.LABELS_MAGIC, hadoop);
        if (dimensions[0] != imageCount) {
            throw new DataException(labels + " holds " + dimensions[0] + " labels, " + images + " " + imageCount
                    + " images: they do not belong together");
        }
        int largest = 0;
        for (byte label : IdxFile.data(labels, IdxFile.LABELS_MAGIC, dimensions, hadoop)) {
            largest = Math.max(largest, label & 0xff);
        }
        return largest + 1;
    }
}
