package org.casdm.metric.images;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A set of images that was found, in parts.
 *
 * @param location as it was given
 * @param summary   one line to be shown
 * @param size      width and height of the images in pixels
 * @param skipped   pictures of their source that could not be used
 * @param parts     at least one, in the order of the images
 */
public record ImageList(String location, String summary, int size, long skipped, List<ImagePart> parts) {

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
     * @param first place in the set of its first image;
     * @param size  width and height of the images in pixels
     * @param parts at least one
     */
    public record Piece(int index, long first, int size, List<ImagePart> parts) implements Serializable {
        public Piece {
            parts = List.copyOf(parts);
        }
    }

    /** How many images there are. */
    public long count() {
        return parts.stream().mapToLong(ImagePart::images).sum();
    }

    /**
     * The pieces of work, at most a few hundred: what each gives is tens of megabytes. They depend on the set alone,
     * not on who works.
     */
    public List<Piece> pieces() {
        long least = imagesOfAPiece(count());
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
            inCurrent += part.images();
            if (inCurrent >= least) {
                pieces.add(new Piece(pieces.size(), first, size, current));
                first += inCurrent;
                inCurrent = 0;
                current.clear();
            }
        }
        if (!current.isEmpty()) {
            pieces.add(new Piece(pieces.size(), first, size, current));
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
