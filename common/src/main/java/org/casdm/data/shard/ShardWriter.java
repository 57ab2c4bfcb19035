package org.casdm.data.shard;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.casdm.storage.AtomicFile;

/**
 * Writes one shard: a Parquet file of images of one size, with zstd. The file appears under its name when
 * {@link #finish} has returned, and not before; {@link #close} without it leaves nothing behind. The same images in the
 * same order give the same bytes. For one thread.
 *
 * <p>Row groups hold a fixed number of images, as many as fit into {@value #ROW_GROUP_BYTES} bytes before compression:
 * Parquet's own writer limits their compressed size, and plain images then make groups of any size in memory.
 */
public final class ShardWriter implements Closeable {

    /** Pixels of a row group before compression, in bytes. */
    public static final int ROW_GROUP_BYTES = 8 << 20;

    private static final int PAGE_BYTES = 1 << 20;
    /** Parquet's default: the first bytes of the smallest and largest value of a page, for its index. */
    private static final int INDEX_BYTES = 64;

    private final Path file;
    private final AtomicFile atomic;
    private final int byteCount;
    private final int imagesPerRowGroup;
    private final ShardOutput output;
    private final CodecFactory codecs;
    private final CodecFactory.BytesCompressor compressor;
    private final ParquetFileWriter parquet;
    private final ParquetProperties properties;
    private final List<Integer> rowGroups = new ArrayList<>();
    private ColumnChunkPageWriteStore pages;
    private ColumnWriteStore columns;
    private RecordConsumer record;
    private int imagesInRowGroup;
    private boolean damaged;
    private boolean closed;

    /**
     * Begins a shard.
     *
     * @param fileSystem of the file; the folder is created
     * @param file       its name, {@code part-00000.parquet} and so on; a file that is there is replaced in the end
     * @param size       width and height of the images in pixels
     * @throws IOException naming the path, when the storage fails
     */
    public ShardWriter(FileSystem fileSystem, Path file, int size) throws IOException {
        this.file = file;
        byteCount = ShardSchema.byteCount(size);
        imagesPerRowGroup = Math.max(1, ROW_GROUP_BYTES / byteCount);
        codecs = new CodecFactory(fileSystem.getConf(), PAGE_BYTES);
        compressor = codecs.getCompressor(CompressionCodecName.ZSTD);
        properties = ParquetProperties.builder()
                .withDictionaryEncoding(false)
                .withPageSize(PAGE_BYTES)
                .withMinRowCountForPageSizeCheck(1)
                .withAllocator(new HeapByteBufferAllocator())
                .build();
        atomic = new AtomicFile(fileSystem, file);
        output = new ShardOutput(atomic);
        try {
            parquet = new ParquetFileWriter(
                    output,
                    ShardSchema.WRITTEN,
                    ParquetFileWriter.Mode.OVERWRITE,
                    ROW_GROUP_BYTES,
                    0,
                    INDEX_BYTES,
                    INDEX_BYTES,
                    true);
            parquet.start();
        } catch (IOException | FSError e) {
            close();
            throw cannotBeWritten(e);
        }
    }

    /**
     * Appends an image.
     *
     * @param id     where it comes from; unique in a data set
     * @param label  its class, or {@link org.casdm.data.shard.DatasetDescription#NO_LABEL}
     * @param pixels size × size × 3 unsigned bytes, row-major, channel last, from {@code offset} on; not kept
     */
    public void write(String id, int label, byte[] pixels, int offset) throws IOException {
        Objects.checkFromIndexSize(offset, byteCount, pixels.length);
        if (damaged || closed) {
            throw new IllegalStateException(file + (closed ? " is closed" : " cannot be continued after a failure"));
        }
        damaged = true;
        try {
            if (imagesInRowGroup == 0) {
                beginRowGroup();
            }
            record.startMessage();
            field(ShardSchema.ID, 0, () -> record.addBinary(Binary.fromString(id)));
            field(ShardSchema.LABEL, 1, () -> record.addInteger(label));
            field(ShardSchema.PIXELS, 2, () -> record.addBinary(Binary.fromReusedByteArray(pixels, offset, byteCount)));
            record.endMessage();
            imagesInRowGroup++;
            if (imagesInRowGroup == imagesPerRowGroup) {
                endRowGroup();
            }
        } catch (IOException | FSError e) {
            throw cannotBeWritten(e);
        }
        damaged = false;
    }

    private void field(String name, int index, Runnable value) {
        record.startField(name, index);
        value.run();
        record.endField(name, index);
    }

    private void beginRowGroup() {
        pages = new ColumnChunkPageWriteStore(
                compressor, ShardSchema.WRITTEN, properties.getAllocator(), INDEX_BYTES, true);
        columns = properties.newColumnWriteStore(ShardSchema.WRITTEN, pages);
        record = new ColumnIOFactory().getColumnIO(ShardSchema.WRITTEN).getRecordWriter(columns);
    }

    private void endRowGroup() throws IOException {
        record.flush();
        parquet.startBlock(imagesInRowGroup);
        columns.flush();
        pages.flushToFileWriter(parquet);
        parquet.endBlock();
        columns.close();
        rowGroups.add(imagesInRowGroup);
        imagesInRowGroup = 0;
    }

    /** Images written so far. */
    public long count() {
        return (long) rowGroups.size() * imagesPerRowGroup + imagesInRowGroup;
    }

    /**
     * Completes the file and publishes it.
     *
     * @return what {@code dataset.json} says of it
     * @throws IllegalStateException without images, after a failure, or a second time
     */
    public ShardFile finish() throws IOException {
        if (damaged || closed || count() == 0) {
            throw new IllegalStateException(
                    file + (closed ? " is closed" : damaged ? " is damaged" : " has no images"));
        }
        damaged = true;
        long count = count();
        try {
            if (imagesInRowGroup > 0) {
                endRowGroup();
            }
            output.beginFooter();
            parquet.end(Map.of());
            output.endFooter();
        } catch (IOException | FSError e) {
            throw cannotBeWritten(e);
        }
        atomic.publish();
        close();
        return new ShardFile(file.getName(), count, output.getPos(), output.sha256(), rowGroups);
    }

    /** Gives the file up, unless it is finished. */
    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            codecs.release();
            atomic.close();
        }
    }

    /** Hadoop's local file system reports a full disk by an Error. */
    private IOException cannotBeWritten(Throwable cause) {
        return new IOException(file + ": cannot be written: " + cause.getMessage(), cause);
    }
}
