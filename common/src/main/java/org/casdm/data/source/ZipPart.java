package org.casdm.data.source;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.casdm.data.DataException;

/**
 * Some of the pictures of a zip.
 *
 * @param file       where it is
 * @param count      pictures in all of it
 * @param first      the first one's index in the order of their data
 * @param end        the index behind the last one's
 * @param bytes      their compressed lengths together
 * @param classNames the classes' names, label by label; empty when there are none
 */
record ZipPart(String file, int count, int first, int end, long bytes, List<String> classNames)
        implements SourcePart {
    ZipPart {
        classNames = List.copyOf(classNames);
    }

    @Override
    public String name() {
        return "%s, pictures %d to %d".formatted(file, first, end - 1);
    }

    @Override
    public SourceRecords open(ReadContext context) throws IOException {
        ZipListing zip = ZipListing.of(new Path(file), context.hadoop());
        if (zip.pictures().size() != count) {
            zip.close();
            throw new DataException("%s held %d pictures when it was looked up and holds %d now; start again when nothing "
                    .formatted(file, count, zip.pictures().size()) + "writes to it any more");
        }
        return new ZipRecords(zip, this, context.limits());
    }
}
