package org.casdm.metric.images;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.casdm.data.BadImageException;
import org.casdm.data.DataException;
import org.casdm.data.picture.ImageDecoder;
import org.casdm.data.picture.ImageTransform;
import org.casdm.data.source.BadRecord;
import org.casdm.data.source.ImageSource;
import org.casdm.data.source.RawImage;
import org.casdm.data.source.ReadContext;
import org.casdm.data.source.SourcePart;
import org.casdm.data.source.SourceRecords;

/**
 * Some of the pictures of a source, scaled and cropped as for training.
 *
 * @param part   of the source
 * @param first  the first record of it that counts
 * @param images how many count; -1 for all that come
 */
record PicturePart(SourcePart part, long first, long images) implements ImagePart {

    private static final long IMAGES_A_PART = 100;

    /**
     * A source's pictures, of the size of its first one's short side unless another is asked for.
     *
     * @throws DataException if there is no usable picture
     */
    static ImageList list(ImageSource source, ReadContext context) throws IOException {
        int size = firstSize(source, context);
        List<ImagePart> parts = new ArrayList<>();
        for (var part : source.parts()) {
            if (part.count().isEmpty()) {
                parts.add(new PicturePart(part, 0, -1));
                continue;
            }
            long count = part.count().getAsLong();
            for (long first = 0; first < count; first += IMAGES_A_PART) {
                parts.add(new PicturePart(part, first, Math.min(IMAGES_A_PART, count - first)));
            }
        }
        return new ImageList(source.location(), source.summary(), size, true, parts);
    }

    private static int firstSize(ImageSource source, ReadContext context) throws IOException {
        var decoder = context.limits().decoder();
        BadImageException refused = null;
        for (var part : source.parts()) {
            try (var records = part.open(context)) {
                while (records.hasNext()) {
                    if (records.next() instanceof RawImage image) {
                        try {
                            return image.picture(decoder).shortSide();
                        } catch (BadImageException e) {
                            refused = e;
                        }
                    }
                }
            }
        }
        throw new DataException(source.location() + " holds no picture that can be used"
                + (refused == null ? "" : "; the last that was tried: " + refused.getMessage()));
    }

    @Override
    public OptionalLong count() {
        return images < 0 ? OptionalLong.empty() : OptionalLong.of(images);
    }

    @Override
    public long countImages(ReadContext context) throws IOException {
        if (images >= 0) {
            return images;
        }
        long count = 0;
        try (var records = part.open(context)) {
            for (; records.hasNext(); records.next()) {
                count++;
            }
        }
        return count;
    }

    @Override
    public Optional<ImagePart> joined(ImagePart next) {
        return next instanceof PicturePart pictures && pictures.part == part && pictures.first == first + images
                ? Optional.of(new PicturePart(part, first, images + pictures.images))
                : Optional.empty();
    }

    @Override
    public ImageStream open(ReadContext context, int size) throws IOException {
        var records = part.open(context);
        try {
            for (long i = 0; i < first && records.hasNext(); i++) {
                records.next();
            }
        } catch (RuntimeException e) {
            records.close();
            throw e;
        }
        return new Stream(records, images, context.limits().decoder(), new ImageTransform(size));
    }

    private static final class Stream implements ImageStream {

        private final SourceRecords records;
        private final ImageDecoder decoder;
        private final ImageTransform transform;
        private long left;

        Stream(SourceRecords records, long images, ImageDecoder decoder, ImageTransform transform) {
            this.records = records;
            this.decoder = decoder;
            this.transform = transform;
            left = images < 0 ? Long.MAX_VALUE : images;
        }

        @Override
        public boolean read(byte[] destination, int offset) throws IOException {
            if (left == 0 || !records.hasNext()) {
                return false;
            }
            left--;
            var record = records.next();
            if (record instanceof BadRecord bad) {
                throw new BadImageException(bad.id(), bad.reason());
            }
            transform.apply(((RawImage) record).picture(decoder), destination, offset);
            return true;
        }

        @Override
        public void close() throws IOException {
            records.close();
        }
    }
}
