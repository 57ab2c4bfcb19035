package org.casdm.data.shard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.bytes.ByteBufferInputStream;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.casdm.data.DataException;

/**
 * Checks the sizes that the pages of a row group give themselves, as soon as the bytes are there. Parquet allocates as
 * much before it reads and decompresses a page, and a page's checksum does not cover it: a wrong bit may ask for 2 GiB.
 */
final class RowGroupPages {

    static final RowGroupPages NONE = new RowGroupPages(null, List.of());

    private final Path file;
    private final List<ColumnChunkMetaData> chunks;

    /** @param chunks of the columns that are read */
    RowGroupPages(Path file, List<ColumnChunkMetaData> chunks) {
        this.file = file;
        this.chunks = chunks;
    }

    /** Name of the column. */
    static String column(ColumnChunkMetaData chunk) {
        return chunk.getPath().toDotString();
    }

    /**
     * Checks the columns that are within a stretch of the file.
     *
     * @param position where it begins
     * @param stretch  what was read there
     * @throws DataException naming the file
     */
    void check(long position, ByteBuffer stretch) throws IOException {
        for (var chunk : chunks) {
            long from = chunk.getStartingPos() - position;
            if (from >= 0 && from + chunk.getTotalSize() <= stretch.remaining()) {
                check(chunk, stretch.slice(stretch.position() + (int) from, (int) chunk.getTotalSize()));
            }
        }
    }

    private void check(ColumnChunkMetaData chunk, ByteBuffer content) throws IOException {
        var pages = ByteBufferInputStream.wrap(content);
        long values = 0;
        // What comes after the last value, Parquet does not look at.
        while (values < chunk.getValueCount()) {
            var page = Util.readPageHeader(pages);
            long levels = 0;
            if (page.isSetData_page_header_v2()) {
                var header = page.getData_page_header_v2();
                values += header.getNum_values();
                levels = checked(header.getRepetition_levels_byte_length(), pages.available(), page, chunk)
                        + checked(header.getDefinition_levels_byte_length(), pages.available(), page, chunk);
            } else if (page.isSetData_page_header()) {
                values += page.getData_page_header().getNum_values();
            }
            long size = checked(page.getCompressed_page_size(), pages.available(), page, chunk);
            long unpacked = checked(page.getUncompressed_page_size(), chunk.getTotalUncompressedSize(), page, chunk);
            checked(levels, Math.min(size, unpacked), page, chunk);
            pages.skipFully(size);
        }
    }

    private long checked(long size, long most, PageHeader page, ColumnChunkMetaData chunk) throws DataException {
        if (size < 0 || size > most) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s is damaged: a page of its column \"%s\" claims %d bytes, %d when unpacked; "
                            + "the column has %d, and %d when unpacked. %s",
                    file,
                    column(chunk),
                    page.getCompressed_page_size(),
                    page.getUncompressed_page_size(),
                    chunk.getTotalSize(),
                    chunk.getTotalUncompressedSize(),
                    ShardReader.WHAT_TO_DO));
        }
        return size;
    }
}
