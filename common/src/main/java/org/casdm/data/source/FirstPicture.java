package org.casdm.data.source;

import java.io.IOException;
import org.casdm.data.BadImageException;
import org.casdm.failure.DataException;

/** Looks at a source's first usable picture. */
public final class FirstPicture {
    private FirstPicture() {}

    /**
     * Its shorter side in pixels.
     *
     * @throws DataException if there is no usable picture
     */
    public static int shortSide(ImageSource source, ReadContext context) throws IOException {
        var decoder = context.limits().decoder();
        BadImageException refused = null;
        for (SourcePart part : source.parts()) {
            try (SourceRecords records = part.open(context)) {
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
        throw new DataException(source.location() + " contains no usable picture"
                + (refused == null ? "" : "; the last one tried: " + refused.getMessage()));
    }
}
