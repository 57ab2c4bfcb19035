package org.casdm.lpips.pictures;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.casdm.data.picture.ImageDecoder;
import org.casdm.data.picture.Picture;
import org.casdm.data.picture.Pixels;
import org.casdm.engine.PerceptualMetric;
import org.casdm.failure.DataException;
import org.casdm.storage.Storage;

/**
 * Compares pictures from files, a few at a time. Pictures are decoded as {@link ImageDecoder} does and scaled to
 * [-1, 1]; grey ones get three equal channels.
 */
public final class PictureComparison {

    private static final int COLOURS = 3;
    /** Of pictures that are decoded and compared together. */
    private static final long PIXELS_AT_ONCE = 1 << 18;

    private final PerceptualMetric lpips;
    private final Configuration hadoop;
    private final ImageDecoder decoder = new ImageDecoder();

    /** Takes the distances, in the order of the pairs. */
    @FunctionalInterface
    public interface Receiver {
        void accept(PicturePair pair, double distance) throws IOException;
    }

    private record Decoded(PicturePair pair, Picture first, Picture second) {

        boolean sameSize(Decoded other) {
            return first.width() == other.first.width() && first.height() == other.first.height();
        }

        long pixels() {
            return (long) first.width() * first.height();
        }
    }

    /**
     * @param lpips stays the caller's
     * @param hadoop says how to reach the files
     */
    public PictureComparison(PerceptualMetric lpips, Configuration hadoop) {
        this.lpips = lpips;
        this.hadoop = hadoop;
    }

    /**
     * Compares pairs.
     *
     * @throws DataException if the two pictures of a pair differ in size, or are too small for the network
     * @throws IOException if a file cannot be read or is no picture
     */
    public void compare(List<PicturePair> pairs, Receiver receiver) throws IOException {
        var batch = new ArrayList<Decoded>();
        for (var pair : pairs) {
            var next = decode(pair);
            if (!batch.isEmpty()
                    && (!batch.get(0).sameSize(next) || (batch.size() + 1) * next.pixels() > PIXELS_AT_ONCE)) {
                compareBatch(batch, receiver);
                batch.clear();
            }
            batch.add(next);
        }
        compareBatch(batch, receiver);
    }

    private Decoded decode(PicturePair pair) throws IOException {
        var first = decode(pair.first());
        var second = decode(pair.second());
        if (first.width() != second.width() || first.height() != second.height()) {
            throw new DataException(pair.first() + " has " + first.width() + " x " + first.height() + " pixels and "
                    + pair.second() + " " + second.width() + " x " + second.height()
                    + ": LPIPS compares pictures of the same size");
        }
        return new Decoded(pair, first, second);
    }

    private Picture decode(Path path) throws IOException {
        var fileSystem = Storage.fileSystem(path, hadoop);
        try {
            long length = fileSystem.getFileStatus(path).getLen();
            return decoder.decode(Storage.bytes(path, length, hadoop), path.toString());
        } catch (IOException e) {
            throw Storage.explained(path, e);
        }
    }

    private void compareBatch(List<Decoded> batch, Receiver receiver) throws IOException {
        if (batch.isEmpty()) {
            return;
        }
        var size = batch.get(0).first();
        double[] distances;
        try {
            distances = lpips.distances(
                    images(batch.stream().map(Decoded::first).toList()),
                    images(batch.stream().map(Decoded::second).toList()),
                    batch.size(),
                    size.height(),
                    size.width());
        } catch (IllegalArgumentException e) {
            throw new DataException(batch.get(0).pair().first() + ": " + e.getMessage(), e);
        }
        for (int i = 0; i < distances.length; i++) {
            receiver.accept(batch.get(i).pair(), distances[i]);
        }
    }

    /** Pictures of one size as [pictures, height, width, 3] in [-1, 1]. */
    private static float[] images(List<Picture> pictures) {
        int height = pictures.get(0).height();
        int width = pictures.get(0).width();
        var values = FloatBuffer.allocate(Math.multiplyExact(pictures.size(), height * width * COLOURS));
        for (var picture : pictures) {
            int copies = COLOURS / picture.channels();
            for (byte sample : picture.samples()) {
                for (int copy = 0; copy < copies; copy++) {
                    values.put(Pixels.toFloat(sample));
                }
            }
        }
        return values.array();
    }
}
