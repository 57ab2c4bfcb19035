package org.casdm.data.shard;

import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.HadoopReadOptions;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.casdm.failure.DataException;

/**
 * Reads one shard, row group by row group, in any order. Every page is checked against its checksum. Files of other
 * writers (Spark, pandas, pyarrow) are read too, if they have the columns {@code id} (text), {@code label} (32-bit
 * integer, may be null) and {@code pixels} (binary). For one thread.
 */
public final class ShardReader implements Closeable {

    static final String WHAT_TO_DO = "Copy it again from where the data set is whole, or prepare the data set again";

    /** In the order of the alphabet. */
    private static final List<String> COLUMNS = List.of(ShardSchema.ID, ShardSchema.LABEL, ShardSchema.PIXELS);

    private final ShardInput input;
    private final int byteCount;
    private final ParquetFileReader parquet;
    private final MessageType columns;
    private final List<Integer> rowGroups = new ArrayList<>();

    private ShardReader(ShardInput input, int byteCount, ParquetFileReader parquet) throws IOException {
        this.input = input;
        this.byteCount = byteCount;
        this.parquet = parquet;
        columns = columns(parquet.getFileMetaData().getSchema());
        parquet.setRequestedSchema(columns);
        long length = input.getLength();
        for (var group : parquet.getRowGroups()) {
            RowGroupPages.of(input.file(), length, group, COLUMNS);
            if (group.getRowCount() > RowGroupPages.MOST_BYTES / byteCount) {
                throw new DataException(input + ": a row group of " + group.getRowCount() + " images of " + byteCount
                        + " bytes is too large to be read at once. Write the file again with smaller row groups");
            }
            rowGroups.add((int) group.getRowCount());
        }
    }

    /**
     * Opens a file.
     *
     * @param fileSystem of the file
     * @param file       a Parquet file
     * @param size       width and height of the images in pixels
     * @throws DataException when it is not there, cut, or no shard
     * @throws IOException   when the storage fails
     */
    public static ShardReader open(FileSystem fileSystem, Path file, int size) throws IOException {
        var input = new ShardInput(fileSystem, file);
        ParquetFileReader parquet = null;
        try {
            // Columns that lie side by side are read at once, into one array.
            var options = HadoopReadOptions.builder(fileSystem.getConf())
                    .usePageChecksumVerification()
                    .withMaxAllocationInBytes(RowGroupPages.MOST_BYTES)
                    .build();
            parquet = ParquetFileReader.open(input, options);
            var reader = new ShardReader(input, ShardSchema.byteCount(size), parquet);
            parquet = null;
            return reader;
        } catch (IOException | RuntimeException e) {
            throw explain(input, e);
        } finally {
            if (parquet != null) {
                parquet.close();
            }
        }
    }

    /**
     * Opens a shard of a described data set.
     *
     * @param folder the data folder
     * @param shard  what {@code dataset.json} says of the file
     * @throws DataException when the file is another one than that
     */
    public static ShardReader open(FileSystem fileSystem, Path folder, ShardFile shard, int size) throws IOException {
        var file = new Path(folder, shard.name());
        long bytes;
        try {
            bytes = fileSystem.getFileStatus(file).getLen();
        } catch (FileNotFoundException e) {
            throw missing(file, e);
        }
        if (bytes != shard.bytes()) {
            throw new DataException(
                    file + " has " + bytes + " bytes where " + DatasetDescription.FILE_NAME + " says " + shard.bytes()
                            + ": it is " + (bytes < shard.bytes() ? "cut short" : "another file") + ". " + WHAT_TO_DO);
        }
        var reader = open(fileSystem, file, size);
        if (!reader.rowGroups().equals(shard.rowGroups())) {
            reader.close();
            throw new DataException(file + " has row groups of " + reader.rowGroups() + " images where "
                    + DatasetDescription.FILE_NAME + " says " + shard.rowGroups() + ". " + WHAT_TO_DO);
        }
        return reader;
    }

    private MessageType columns(MessageType schema) throws DataException {
        return new MessageType(
                schema.getName(),
                column(schema, ShardSchema.ID, PrimitiveTypeName.BINARY),
                column(schema, ShardSchema.LABEL, PrimitiveTypeName.INT32),
                column(schema, ShardSchema.PIXELS, PrimitiveTypeName.BINARY));
    }

    private Type column(MessageType schema, String name, PrimitiveTypeName type) throws DataException {
        if (!schema.containsField(name)) {
            throw new DataException(input + " has no column \"" + name + "\"; a shard has id, label and pixels");
        }
        var field = schema.getType(name);
        if (!field.isPrimitive() || field.asPrimitiveType().getPrimitiveTypeName() != type) {
            throw new DataException(input + ": its column \"" + name + "\" is " + field + " where a shard has " + type);
        }
        return field;
    }

    /** Images of each row group. */
    public List<Integer> rowGroups() {
        return Collections.unmodifiableList(rowGroups);
    }

    /**
     * Reads one row group.
     *
     * @param index 0 to {@code rowGroups().size() - 1}
     * @throws DataException naming the file, when it is damaged or its images have another size
     * @throws IOException   when the storage fails
     */
    public ShardImages readRowGroup(int index) throws IOException {
        int count = rowGroups.get(index);
        try {
            input.check(RowGroupPages.of(
                    input.file(), input.getLength(), parquet.getRowGroups().get(index), COLUMNS));
            var pages = parquet.readRowGroup(index);
            var assembler = new RowGroupAssembler(columns, count, byteCount);
            var records =
                    new ColumnIOFactory().getColumnIO(columns, columns, true).getRecordReader(pages, assembler);
            for (int i = 0; i < count; i++) {
                records.read();
            }
            return assembler.images();
        } catch (IOException | RuntimeException e) {
            throw explain(input, e);
        }
    }

    private static IOException explain(ShardInput input, Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof MalformedShardException) {
                return new DataException(
                        input + ": " + cause.getMessage()
                                + ". Is data.size the size that the data set was prepared with?",
                        failure);
            }
        }
        return input.explain(failure, WHAT_TO_DO);
    }

    private static DataException missing(Path file, Exception failure) {
        return new DataException(file + " is missing. " + WHAT_TO_DO, failure);
    }

    @Override
    public void close() throws IOException {
        parquet.close();
    }
}
