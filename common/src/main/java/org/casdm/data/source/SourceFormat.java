package org.casdm.data.source;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The forms in which sets of pictures are shipped. */
public enum SourceFormat {
    /** Found out by looking. */
    AUTO("auto"),
    /** Picture files in a folder and the folders below it. */
    FOLDER("folder"),
    /** A zip of pictures, in folders by class or not. */
    ZIP("zip"),
    /**
     * Tars of pictures, each perhaps compressed with gzip: a file, or a folder of them. A {@code .cls} or {@code .json}
     * file beside a picture, as webdataset has them, gives its label.
     */
    TAR("tar"),
    /** ImageNet's own form: a tar (or folder) of one tar for each class. */
    IMAGENET("imagenet"),
    /** LSUN's form: an LMDB of picture files, or a folder of several, each a class. */
    LSUN("lsun"),
    /** Downsampled ImageNet's batches (Chrabaszcz et al. 2017) as .npz files. */
    IMAGENET_NPZ("imagenet-npz"),
    /** Parquet files with a column of pictures, as Hugging Face and Spark write them: a file, or a folder of them. */
    PARQUET("parquet"),
    /** CIFAR-10's binary version: records of a label and 3 × 32 × 32 bytes. */
    CIFAR10("cifar10"),
    /** CIFAR-100's binary version: records of two labels (the fine one is used) and 3 × 32 × 32 bytes. */
    CIFAR100("cifar100"),
    /** IDX files of MNIST and its kin: images and labels apart, grey, perhaps compressed with gzip. */
    IDX("idx");

    private final String key;

    SourceFormat(String key) {
        this.key = key;
    }

    /** The format's name on the command line and in configuration files. */
    public String key() {
        return key;
    }

    /** @throws IllegalArgumentException naming the choices if the format is unknown */
    public static SourceFormat of(String key) {
        return Arrays.stream(values())
                .filter(format -> format.key.equals(key.toLowerCase(Locale.ROOT)))
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException("unknown source format \"" + key + "\"; possible are "
                        + Arrays.stream(values()).map(SourceFormat::key).collect(Collectors.joining(", "))));
    }
}
