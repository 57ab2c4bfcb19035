package org.casdm.data.source;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/** Reads sources as a job would: looked up here, each part sent elsewhere and opened there. */
final class SourceReading {
    private final SourceLimits limits;
    private final LocalCopies copies;
    private final Configuration hadoop;

    SourceReading(SourceLimits limits, Path scratch) {
        this(limits, scratch, new Configuration());
    }

    SourceReading(SourceLimits limits, Path scratch, Configuration hadoop) {
        this.limits = limits;
        copies = new LocalCopies(scratch);
        this.hadoop = hadoop;
    }

    ImageSource find(Object location, SourceFormat format) throws IOException {
        return new ImageSources(hadoop, limits).find(location.toString(), format);
    }

    ImageSource find(Object location, SourceFormat format, LabelRule rule) throws IOException {
        return new ImageSources(hadoop, limits).find(location.toString(), format, rule);
    }

    List<SourceRecord> records(ImageSource source) throws IOException {
        List<SourceRecord> records = new ArrayList<>();
        for (SourcePart part : source.parts()) {
            records.addAll(records(part));
        }
        return records;
    }

    List<SourceRecord> records(SourcePart part) throws IOException {
        List<SourceRecord> records = new ArrayList<>();
        try (SourceRecords found = sent(part).open(new ReadContext(hadoop, limits, copies))) {
            found.forEachRemaining(records::add);
        }
        return records;
    }

    List<SourceRecord> records(Object location, SourceFormat format) throws IOException {
        return records(find(location, format));
    }

    static SourcePart sent(SourcePart part) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var output = new ObjectOutputStream(bytes)) {
            output.writeObject(part);
        }
        try (var input = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (SourcePart) input.readObject();
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<RawImage> images(List<SourceRecord> records) {
        return records.stream()
                .filter(RawImage.class::isInstance)
                .map(RawImage.class::cast)
                .toList();
    }

    static List<BadRecord> bad(List<SourceRecord> records) {
        return records.stream()
                .filter(BadRecord.class::isInstance)
                .map(BadRecord.class::cast)
                .toList();
    }

    static Optional<SourceRecord> byId(List<SourceRecord> records, String id) {
        return records.stream().filter(record -> record.id().equals(id)).findAny();
    }

    static List<String> ids(List<? extends SourceRecord> records) {
        return records.stream().map(SourceRecord::id).toList();
    }
}
