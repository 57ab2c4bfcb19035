package org.casdm.job.evaluate.result;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What can be asked for. */
public enum Metric {
    /** Fréchet distance of pooled features. */
    FID("FID"),
    /** Fréchet distance of spatial features. */
    SFID("sFID"),
    /** Inception Score; of the samples alone. */
    IS("Inception Score"),
    /** Kernel distance. */
    KID("KID"),
    /** Part of the samples on the manifold of the reference set. */
    PRECISION("Precision"),
    /** Part of the reference set on the manifold of the samples. */
    RECALL("Recall");

    /** Those that compare images one by one. */
    public static final Set<Metric> OF_SINGLE_IMAGES = Set.of(KID, PRECISION, RECALL);

    private final String title;

    Metric(String title) {
        this.title = title;
    }

    /** The name in tables. */
    public String title() {
        return title;
    }

    /** The name on the command line and in JSON. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it compares with a reference set. */
    public boolean needsReference() {
        return this != IS;
    }

    /** @throws IllegalArgumentException naming the choices when there is no such metric */
    public static Metric of(String key) {
        return Arrays.stream(values())
                .filter(metric -> metric.key().equals(key.toLowerCase(Locale.ROOT)))
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException("unknown metric \"" + key + "\"; possible are "
                        + Arrays.stream(values()).map(Metric::key).collect(Collectors.joining(", "))));
    }
}
