package org.casdm.weights;

import java.io.Serializable;
import java.util.Objects;
import java.util.Optional;

/**
 * Where weights come from.
 *
 * @param uri a file of any Hadoop file system; empty: random weights
 * @param sha256 what the file's SHA-256 has to be, 64 lower-case hexadecimal digits; empty: any
 */
public record WeightSource(Optional<String> uri, Optional<String> sha256) implements Serializable {

    /** The word for random weights in configurations. */
    public static final String RANDOM = "random";

    public WeightSource {
        Objects.requireNonNull(uri, "uri");
        if (sha256.isPresent() && uri.isEmpty()) {
            throw new IllegalArgumentException("Random weights have no SHA-256");
        }
        sha256.ifPresent(hash -> {
            if (!hash.matches("[0-9a-f]{64}")) {
                throw new IllegalArgumentException("Not a SHA-256 (64 lower-case hexadecimal digits): " + hash);
            }
        });
    }

    /** Untrained weights, the same on every machine. */
    public static WeightSource random() {
        return new WeightSource(Optional.empty(), Optional.empty());
    }

    /** As configurations have it: a URI, or {@link #RANDOM}. */
    public static WeightSource parse(String text, Optional<String> sha256) {
        return new WeightSource(text.equals(RANDOM) ? Optional.empty() : Optional.of(text), sha256);
    }

    /** Whether the weights are random. */
    public boolean isRandom() {
        return uri.isEmpty();
    }

    @Override
    public String toString() {
        return uri.orElse(RANDOM);
    }

    /** Optional values are not serializable. */
    private record Serialised(String uri, String sha256) implements Serializable {

        private Object readResolve() {
            return new WeightSource(Optional.ofNullable(uri), Optional.ofNullable(sha256));
        }
    }

    private Object writeReplace() {
        return new Serialised(uri.orElse(null), sha256.orElse(null));
    }
}
