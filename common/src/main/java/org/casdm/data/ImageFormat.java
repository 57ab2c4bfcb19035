package org.casdm.data;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How a data set is stored, as far as it can be read in place. */
public enum ImageFormat {
    /** Found out by looking. */
    AUTO("auto"),
    /** Picture files in a folder and the folders below it. */
    FOLDER("folder"),
    /** CIFAR-10's binary version: records of a label and 3 × 32 × 32 bytes. */
    CIFAR10("cifar10"),
    /** CIFAR-100's binary version: records of two labels (the fine one is used) and 3 × 32 × 32 bytes. */
    CIFAR100("cifar100"),
    /** IDX files of MNIST and its kin: images and labels apart, grey. */
    IDX("idx"),
    /** What {@code casdm prepare} writes: Parquet files of training pixels and {@code dataset.json}. */
    SHARDS("shards");

    private final String key;

    ImageFormat(String key) {
        this.key = key;
    }

    /** The format's name in configuration files. */
    public String key() {
        return key;
    }

    /** @throws IllegalArgumentException naming the choices when there is no such format */
    public static ImageFormat of(String key) {
        return Arrays.stream(values())
                .filter(format -> format.key.equals(key.toLowerCase(Locale.ROOT)))
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "no image format \"%s\"; there are %s",
                        key,
                        Arrays.stream(values()).map(ImageFormat::key).collect(Collectors.joining(", ")))));
    }
}
