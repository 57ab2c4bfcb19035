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
import org.casdm.data.source.label.LabelRule;

/** Reads sources as a job would: looked up here, each part sent elsewhere and opened there. */
public final class SourceReading {
    private final SourceLimits limits;
    private final LocalCopies copies;
    private final Configuration hadoop;

    public SourceReading(SourceLimits limits, Path scratch) {
        this(limits, scratch, new Configuration());
    }

    public SourceReading(SourceLimits limits, Path scratch, Configuration hadoop) {
        this.limits = limits;
        copies = new LocalCopies(scratch);
        this.hadoop = hadoop;
    }

    public ImageSource find(Object location, SourceFormat format) throws IOException {
        return new ImageSources(hadoop, limits).find(location.toString(), format);
    }

    public ImageSource find(Object location, SourceFormat format, LabelRule rule) throws IOException {
        return new ImageSources(hadoop, limits).find(location.toString(), format, rule);
    }

    public List<SourceRecord> records(ImageSource source) throws IOException {
        List<SourceRecord> records = new ArrayList<>();
        for (SourcePart part : source.parts()) {
            records.addAll(records(part));
        }
        return records;
    }

    public List<SourceRecord> records(SourcePart part) throws IOException {
        List<SourceRecord> records = new ArrayList<>();
        try (SourceRecords found = sent(part).open(new ReadContext(hadoop, limits, copies))) {
            found.forEachRemaining(records::add);
        }
        return records;
    }

    public List<SourceRecord> records(Object location, SourceFormat format) throws IOException {
        return records(find(location, format));
    }

    public static SourcePart sent(SourcePart part) throws IOException {
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

    public static List<RawImage> images(List<SourceRecord> records) {
        return records.stream()
                .filter(RawImage.class::isInstance)
                .map(RawImage.class::cast)
                .toList();
    }

    public static List<BadRecord> bad(List<SourceRecord> records) {
        return records.stream()
                .filter(BadRecord.class::isInstance)
                .map(BadRecord.class::cast)
                .toList();
    }

    static Optional<SourceRecord> byId(List<SourceRecord> records, String id) {
        return records.stream().filter(record -> record.id().equals(id)).findAny();
    }

    public static List<String> ids(List<? extends SourceRecord> records) {
        return records.stream().map(SourceRecord::id).toList();
    }
}
