package org.casdm.job.prepare;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.casdm.data.source.ImageSource;
import org.casdm.data.source.label.LabelRule;
import org.casdm.failure.DataException;
import org.casdm.storage.Storage;
import org.casdm.tensor.Sha256;

/**
 * All that the content of a data folder depends on. It is written there first: a folder is not begun with one and gone
 * on with another.
 *
 * @param source         where the pictures are from
 * @param parts          SHA-256 of the names and lengths of its parts: whether it still is the same source
 * @param labels         where the classes come from
 * @param size           of the images in pixels
 * @param maximumPixels  of a picture
 * @param maximumBytes   of a picture's file
 * @param imagesEstimate about how many pictures there are
 * @param layout         which image goes where
 */
record PreparePlan(
        String source,
        String parts,
        String labels,
        int size,
        long maximumPixels,
        int maximumBytes,
        long imagesEstimate,
        ShardLayout layout) {

    /** A plan that was stored before there were rules of labels has none. */
    PreparePlan {
        Objects.requireNonNull(source);
        Objects.requireNonNull(layout);
        labels = labels == null ? LabelRule.AUTO.key() : labels;
    }

    static PreparePlan of(PrepareSettings settings, ImageSource source, long imagesEstimate) {
        var digest = Sha256.newDigest();
        for (var part : source.parts()) {
            digest.update((part.name() + " " + part.bytes() + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return new PreparePlan(
                source.location(),
                Sha256.hex(digest),
                settings.labels().key(),
                settings.size(),
                settings.limits().maximumPixels(),
                settings.limits().maximumEntryBytes(),
                imagesEstimate,
                ShardLayout.of(settings, imagesEstimate));
    }

    /** What differs, in words. */
    List<String> differences(PreparePlan other) throws DataException {
        var differences = new ArrayList<String>();
        // With or without a slash at its end a folder is the same.
        boolean same = Storage.path(source).equals(Storage.path(other.source));
        if (!same) {
            compare(differences, "source", source, other.source);
        } else {
            compare(differences, "the source's files", parts, other.parts);
        }
        compare(differences, "labels", labels, other.labels);
        compare(differences, "size", size, other.size);
        compare(differences, "max-pixels", maximumPixels, other.maximumPixels);
        compare(differences, "max-bytes", maximumBytes, other.maximumBytes);
        compare(differences, "seed", layout.seed(), other.layout.seed());
        compare(differences, "held-out fraction", layout.heldOutFraction(), other.layout.heldOutFraction());
        compare(differences, "number of shards", layout.partitions(), other.layout.partitions());
        return differences;
    }

    private static void compare(List<String> differences, String what, Object begun, Object now) {
        if (!Objects.equals(begun, now)) {
            differences.add(what + " was " + begun + ", is " + now);
        }
    }
}
