package org.casdm.job.prepare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;
import org.casdm.data.BadImageException;
import org.casdm.data.picture.ImageDecoder;
import org.casdm.data.picture.ImageTransform;
import org.casdm.data.shard.SkippedRecord;
import org.casdm.data.source.BadRecord;
import org.casdm.data.source.RawImage;
import org.casdm.data.source.SourceRecord;
import org.casdm.data.source.SourceRecords;
import scala.Tuple2;

/** The pictures of one part, with their keys. Closes the part at its end, and when the task ends before. */
final class PictureIterator implements Iterator<Tuple2<byte[], byte[]>>, TaskCompletionListener {

    private static final long serialVersionUID = 1L;

    private final transient ReadPictures reading;
    private final transient NumberedPart part;
    private final transient SourceRecords records;
    private final transient ImageTransform transform;
    private final transient ImageDecoder decoder;
    private final transient List<SkippedRecord> bad = new ArrayList<>();
    private transient Tuple2<byte[], byte[]> next;
    private transient boolean closed;

    PictureIterator(ReadPictures reading, NumberedPart part, SourceRecords records, ImageTransform transform) {
        this.reading = reading;
        this.part = part;
        this.records = records;
        this.transform = transform;
        decoder = reading.access().limits().decoder();
    }

    @Override
    public boolean hasNext() {
        while (next == null && !closed) {
            if (records.hasNext()) {
                next = prepare(records.next());
            } else {
                reading.counters().bytes().add(part.part().bytes());
                close();
            }
        }
        return next != null;
    }

    @Override
    public Tuple2<byte[], byte[]> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        var result = next;
        next = null;
        return result;
    }

    /** Null where there is nothing to do. */
    private Tuple2<byte[], byte[]> prepare(SourceRecord record) {
        byte[] key = reading.layout().key(record.id());
        if (reading.finished().get(ShardLayout.partition(key))) {
            return null;
        }
        // With Java 21 this becomes a switch.
        if (record instanceof RawImage image) {
            try {
                var picture = image.picture(decoder);
                byte[] prepared = PreparedRecord.image(part.number(), image.label(), transform.byteCount());
                transform.apply(picture, prepared, PreparedRecord.PIXELS_OFFSET);
                reading.counters().images().add(1);
                return new Tuple2<>(key, prepared);
            } catch (BadImageException e) {
                return bad(key, BadRecord.of(record.id(), e));
            }
        }
        return bad(key, (BadRecord) record);
    }

    private Tuple2<byte[], byte[]> bad(byte[] key, BadRecord record) {
        reading.counters().bad().add(1);
        bad.add(new SkippedRecord(record.id(), record.reason()));
        try {
            reading.bad().checkPart(part.part().name(), bad);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Tuple2<>(key, PreparedRecord.bad(part.number(), record.reason()));
    }

    @Override
    public void onTaskCompletion(TaskContext context) {
        close();
    }

    private void close() {
        if (!closed) {
            closed = true;
            try {
                records.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
