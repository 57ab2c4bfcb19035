package org.casdm.data.source.label;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Where the classes of pictures come from. */
public enum LabelRule {
    /**
     * What the source stores: its own labels where the format has some, {@code dataset.json} of NVIDIA's dataset_tool,
     * {@code .cls} and {@code .json} files beside the pictures of a tar, a label column; else the first folders.
     */
    AUTO("auto"),
    /** There are none, whatever the source stores. */
    NONE("none"),
    /** The folders of the first level; every picture lies in one. For folders and zips. */
    FOLDER("folder"),
    /**
     * The part of a file's name before its first underscore, sorted, as improved-diffusion's datasets have it. For
     * folders and zips.
     */
    NAME("name");

    private final String key;

    LabelRule(String key) {
        this.key = key;
    }

    /** The rule's name on the command line and in configuration files. */
    public String key() {
        return key;
    }

    /** @throws IllegalArgumentException naming the choices if the rule is unknown */
    public static LabelRule of(String key) {
        return Arrays.stream(values())
                .filter(rule -> rule.key.equals(key.toLowerCase(Locale.ROOT)))
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException("unknown label rule \"" + key + "\"; possible are "
                        + Arrays.stream(values()).map(LabelRule::key).collect(Collectors.joining(", "))));
    }
}
