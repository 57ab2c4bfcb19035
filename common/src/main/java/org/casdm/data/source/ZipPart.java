package org.casdm.data.source;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.apache.hadoop.fs.Path;
import org.casdm.data.DataException;

/**
 * Some of the pictures of a zip.
 *
 * @param file       where it is
 * @param pictures   pictures in all of it
 * @param first      the first one's index in the order of their data
 * @param end        the index behind the last one's
 * @param bytes      their compressed lengths together
 * @param classNames the classes' names, label by label; empty when there are none
 */
record ZipPart(String file, int pictures, int first, int end, long bytes, List<String> classNames)
        implements SourcePart {
    ZipPart {
        classNames = List.copyOf(classNames);
    }

    @Override
    public String name() {
        return String.format(Locale.ROOT, "%s, pictures %d to %d", file, first, end - 1);
    }

    @Override
    public OptionalLong count() {
        return OptionalLong.of(end - first);
    }

    @Override
    public SourceRecords open(ReadContext context) throws IOException {
        ZipListing zip = ZipListing.of(new Path(file), context.hadoop());
        if (zip.pictures().size() != pictures) {
            zip.close();
            throw new DataException(String.format(
                            Locale.ROOT,
                            "%s held %d pictures when it was looked up and holds %d now; start again when ",
                            file,
                            pictures,
                            zip.pictures().size())
                    + "nothing writes to it any more");
        }
        return new ZipRecords(zip, this, context.limits());
    }
}
