package org.casdm.metric.images;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.casdm.failure.DataException;
import org.casdm.storage.Storage;
import org.casdm.tensor.SeekableInput;
import org.casdm.tensor.npy.NpyHeader;
import org.casdm.tensor.npy.NpyReader;
import org.casdm.tensor.npy.NpyType;
import org.casdm.tensor.npy.NpzFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Some of the images of an {@code .npz} batch as the ADM suite has them: {@code arr_0}, uint8 NHWC.
 *
 * @param location the file
 * @param first    the first image
 * @param images   how many
 */
record NpzPart(String location, long first, int images) implements ImagePart {

    /** The array's name. */
    static final String ARRAY = "arr_0";

    private static final Logger LOG = LoggerFactory.getLogger(NpzPart.class);
    private static final int IMAGES_A_PART = 100;
    private static final int CHANNELS = 3;
    /** A compressed array is unpacked from its beginning for every part. */
    private static final int COMPRESSED_PARTS = 8;

    /**
     * The whole array of an open file, which is read once here to compare it with its checksum.
     *
     * @throws org.casdm.tensor.TensorFormatException if it is damaged
     */
    static ImageList list(String location, NpzFile file) throws IOException {
        var header = file.header(ARRAY);
        long count = header.shape().isEmpty() ? 0 : header.shape().get(0);
        int size = size(location, header);
        if (count == 0) {
            throw new DataException(location + ": its array '" + ARRAY + "' has no images");
        }
        // Tasks read parts, which no checksum covers.
        file.verify(ARRAY);
        long each = IMAGES_A_PART;
        if (!file.isStored(ARRAY)) {
            LOG.warn(
                    "{}: '{}' is compressed, and has to be unpacked from its beginning by every task that reads some"
                            + " of it; numpy.savez writes it uncompressed",
                    location,
                    ARRAY);
            each = Math.max(each, (count + COMPRESSED_PARTS - 1) / COMPRESSED_PARTS);
        }
        List<ImagePart> parts = new ArrayList<>();
        for (long first = 0; first < count; first += each) {
            parts.add(new NpzPart(location, first, Math.toIntExact(Math.min(each, count - first))));
        }
        return new ImageList(
                location, count + " images of " + size + "x" + size + " pixels in an array", size, 0, parts);
    }

    private static int size(String location, NpyHeader header) throws DataException {
        var shape = header.shape();
        if (header.type() != NpyType.UINT8
                || header.fortranOrder()
                || shape.size() != 4
                || shape.get(3) != CHANNELS
                || !shape.get(1).equals(shape.get(2))
                || shape.get(1) < 1
                || shape.get(1) > Short.MAX_VALUE) {
            throw new DataException(location + ": its array '" + ARRAY + "' is " + header.type() + " of shape "
                    + header.shapeText() + (header.fortranOrder() ? " in Fortran order" : "")
                    + "; a batch of images is UINT8 of shape (count, size, size, 3)");
        }
        return shape.get(1).intValue();
    }

    @Override
    public Optional<ImagePart> joined(ImagePart next) {
        return next instanceof NpzPart part && part.location.equals(location) && part.first == first + images
                ? Optional.of(new NpzPart(location, first, images + part.images))
                : Optional.empty();
    }

    @Override
    public ImageStream open(Configuration hadoop, int size) throws IOException {
        var path = Storage.path(location);
        var file = new NpzFile(SeekableInput.open(Storage.fileSystem(path, hadoop), path));
        try {
            var array = file.array(ARRAY);
            int imageBytes = size * size * CHANNELS;
            array.skip(first * imageBytes);
            return new Stream(file, array, images, imageBytes);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static final class Stream implements ImageStream {

        private final NpzFile file;
        private final NpyReader array;
        private final int imageBytes;
        private int left;

        Stream(NpzFile file, NpyReader array, int images, int imageBytes) {
            this.file = file;
            this.array = array;
            this.imageBytes = imageBytes;
            left = images;
        }

        @Override
        public boolean read(byte[] destination, int offset) throws IOException {
            if (left == 0) {
                return false;
            }
            array.read(destination, offset, imageBytes);
            left--;
            return true;
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
