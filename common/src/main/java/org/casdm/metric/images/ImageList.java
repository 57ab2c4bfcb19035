package org.casdm.metric.images;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A set of images that was found, in parts.
 *
 * @param location  as it was given
 * @param summary   one line for people
 * @param size      width and height of the images in pixels
 * @param resizable whether they can be had in other sizes: pictures can, stored pixels cannot
 * @param parts     at least one, in the order of the images
 */
public record ImageList(String location, String summary, int size, boolean resizable, List<ImagePart> parts) {

    private static final int LARGEST_NUMBER_OF_PIECES = 256;
    /** Enough for a small set to keep some processors busy. */
    private static final int PIECES_OF_A_SMALL_SET = 32;

    private static final long FEWEST_IMAGES_OF_A_PIECE = 100;
    /** With so many, what the task gives is small beside the work. */
    private static final long ENOUGH_IMAGES_OF_A_PIECE = 1000;

    public ImageList {
        parts = List.copyOf(parts);
    }

    /**
     * Consecutive parts that one task reads.
     *
     * @param index which piece of the set, from 0
     * @param first place in the set of its first image; -1 where counts are not known
     * @param size  width and height of the images in pixels
     * @param parts at least one
     */
    public record Piece(int index, long first, int size, List<ImagePart> parts) implements Serializable {
        public Piece {
            parts = List.copyOf(parts);
        }
    }

    /** All images, unusable ones included, where that is known without reading them. */
    public OptionalLong count() {
        long count = 0;
        for (var part : parts) {
            if (part.count().isEmpty()) {
                return OptionalLong.empty();
            }
            count += part.count().getAsLong();
        }
        return OptionalLong.of(count);
    }

    /** The set with images of another size, which it has to be able to give. */
    public ImageList withSize(int other) {
        if (other != size && !resizable) {
            throw new IllegalStateException(location + " has no images of " + other + " pixels");
        }
        return new ImageList(location, summary, other, resizable, parts);
    }

    /** The set with what counting its images has given, part by part. */
    public ImageList withCounts(List<Long> counts) {
        var counted = new ArrayList<ImagePart>();
        for (int i = 0; i < parts.size(); i++) {
            counted.add(new CountedPart(parts.get(i), counts.get(i)));
        }
        return new ImageList(location, summary, size, resizable, counted);
    }

    /**
     * The pieces of work, at most a few hundred: what each gives is tens of megabytes. They depend on the set alone,
     * not on who works.
     */
    public List<Piece> pieces() {
        var count = count();
        long least = count.isPresent()
                ? imagesOfAPiece(count.getAsLong())
                : (parts.size() + LARGEST_NUMBER_OF_PIECES - 1) / LARGEST_NUMBER_OF_PIECES;
        var pieces = new ArrayList<Piece>();
        var current = new ArrayList<ImagePart>();
        long first = 0;
        long inCurrent = 0;
        for (var part : parts) {
            var joined = current.isEmpty()
                    ? Optional.<ImagePart>empty()
                    : current.get(current.size() - 1).joined(part);
            if (joined.isPresent()) {
                current.set(current.size() - 1, joined.get());
            } else {
                current.add(part);
            }
            // Where images are not counted, parts are.
            inCurrent += count.isPresent() ? part.count().getAsLong() : 1;
            if (inCurrent >= least) {
                pieces.add(new Piece(pieces.size(), count.isPresent() ? first : -1, size, current));
                first += inCurrent;
                inCurrent = 0;
                current.clear();
            }
        }
        if (!current.isEmpty()) {
            pieces.add(new Piece(pieces.size(), count.isPresent() ? first : -1, size, current));
        }
        return pieces;
    }

    private static long imagesOfAPiece(long total) {
        long few = Math.min(ENOUGH_IMAGES_OF_A_PIECE, total / PIECES_OF_A_SMALL_SET);
        return Math.max(
                Math.max(FEWEST_IMAGES_OF_A_PIECE, few),
                (total + LARGEST_NUMBER_OF_PIECES - 1) / LARGEST_NUMBER_OF_PIECES);
    }
}
