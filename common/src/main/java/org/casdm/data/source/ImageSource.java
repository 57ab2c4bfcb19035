package org.casdm.data.source;

import java.io.Serializable;
import java.util.List;

/**
 * A source that was found: what there is and how it can be read in parts, but no pictures. The parts together give
 * every record once; a set may be read in any order of parts, and again.
 *
 * @param location   the path as it was given
 * @param format     how it is stored; never {@link SourceFormat#AUTO}
 * @param classNames the classes' names, label by label; empty when pictures have no labels, or {@code numbered} ones
 * @param numbered   whether labels are whole numbers from 0 on, of which only reading all shows the largest
 * @param parts      at least one
 * @param summary    one line to be shown: what was found, how much, and what was ignored
 * @param fingerprint SHA-256 of the names, lengths and times of its files: whether it is the same as before
 */
public record ImageSource(
        String location,
        SourceFormat format,
        List<String> classNames,
        boolean numbered,
        List<SourcePart> parts,
        String summary,
        String fingerprint)
        implements Serializable {
    /** Copies the lists. */
    public ImageSource {
        classNames = List.copyOf(classNames);
        parts = List.copyOf(parts);
        if (parts.isEmpty() || format == SourceFormat.AUTO) {
            throw new IllegalArgumentException("a source has parts and a format: " + location);
        }
    }

    /** A source whose classes are known, or that has none. */
    public ImageSource(
            String location,
            SourceFormat format,
            List<String> classNames,
            List<SourcePart> parts,
            String summary,
            SourceFingerprint fingerprint) {
        this(location, format, classNames, false, parts, summary, fingerprint.hex());
    }

    /** The same without labels. */
    ImageSource withoutLabels() {
        return classNames.isEmpty() && !numbered
                ? this
                : new ImageSource(
                        location,
                        format,
                        List.of(),
                        false,
                        parts.stream().<SourcePart>map(UnlabelledPart::new).toList(),
                        summary + ", which are ignored",
                        fingerprint);
    }

    /** About how many bytes reading all of it takes. */
    public long bytes() {
        return parts.stream().mapToLong(SourcePart::bytes).sum();
    }
}
