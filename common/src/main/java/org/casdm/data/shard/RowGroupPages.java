package org.casdm.data.shard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.bytes.ByteBufferInputStream;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.casdm.failure.DataException;

/**
 * Checks the sizes that the pages of a row group give themselves, as soon as the bytes are there. Parquet allocates as
 * much before it reads and decompresses a page, and a page's checksum does not cover it: a wrong bit may ask for 2 GiB.
 */
public final class RowGroupPages {

    /** The longest array of a JVM. */
    static final int MOST_BYTES = Integer.MAX_VALUE - 8;

    static final RowGroupPages NONE = new RowGroupPages(null, List.of());

    private final Path file;
    private final List<ColumnChunkMetaData> chunks;

    private RowGroupPages(Path file, List<ColumnChunkMetaData> chunks) {
        this.file = file;
        this.chunks = chunks;
    }

    /**
     * The pages of a row group whose numbers agree with each other and with the file: Parquet allocates what they say.
     *
     * @param file    the file
     * @param length  of the file in bytes
     * @param group   what its footer says of the row group
     * @param columns paths of the columns that are read, sorted; none is repeated
     * @throws DataException naming the file
     */
    public static RowGroupPages of(Path file, long length, BlockMetaData group, List<String> columns)
            throws DataException {
        var chunks = group.getColumns().stream()
                .filter(chunk -> columns.contains(column(chunk)))
                .toList();
        if (!chunks.stream().map(RowGroupPages::column).sorted().toList().equals(columns)) {
            throw damaged(file, "a row group does not have each of the columns " + columns + " once");
        }
        if (group.getRowCount() < 0) {
            throw damaged(file, "a row group of " + group.getRowCount() + " rows");
        }
        long bytes = 0;
        for (var chunk : chunks) {
            long start = chunk.getStartingPos();
            long size = chunk.getTotalSize();
            if (start < 0 || size < 0 || size > length || start > length - size) {
                throw damaged(
                        file,
                        "a column claims " + size + " bytes from byte " + start + " on, but the file has " + length);
            }
            if (chunk.getValueCount() != group.getRowCount()) {
                throw damaged(
                        file,
                        "a row group of " + group.getRowCount() + " rows claims " + chunk.getValueCount()
                                + " values in column \"" + column(chunk) + "\"");
            }
            bytes += size;
        }
        if (bytes > MOST_BYTES) {
            throw new DataException(file + ": a row group of " + group.getRowCount()
                    + " images is too large to be read at once. Write the file again with smaller row groups");
        }
        return new RowGroupPages(file, chunks);
    }

    private static DataException damaged(Path file, String how) {
        return new DataException(file + " is damaged: " + how + ". " + ShardReader.WHAT_TO_DO);
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
            throw new DataException(file + " is damaged: a page of its column \"" + column(chunk) + "\" claims "
                    + page.getCompressed_page_size() + " bytes, " + page.getUncompressed_page_size()
                    + " when unpacked; the column has " + chunk.getTotalSize() + ", and "
                    + chunk.getTotalUncompressedSize() + " when unpacked. " + ShardReader.WHAT_TO_DO);
        }
        return size;
    }
}
