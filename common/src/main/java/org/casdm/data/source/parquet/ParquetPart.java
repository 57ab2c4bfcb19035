package org.casdm.data.source.parquet;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import org.apache.parquet.example.data.Group;
import org.casdm.data.BadImageException;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.data.source.BadRecord;
import org.casdm.data.source.EncodedPicture;
import org.casdm.data.source.Inflated;
import org.casdm.data.source.LookAhead;
import org.casdm.data.source.RawImage;
import org.casdm.data.source.ReadContext;
import org.casdm.data.source.SourcePart;
import org.casdm.data.source.SourceRecord;
import org.casdm.data.source.SourceRecords;
import org.casdm.data.source.label.NumberedLabels;
import org.casdm.failure.DataException;
import org.casdm.storage.Storage;

/**
 * A row group of a Parquet file of pictures.
 *
 * @param file       where it is
 * @param rowGroup   its number in the file
 * @param first      its first row's number in the file
 * @param rows       of the row group
 * @param bytes      of its pictures in the file
 * @param columns    that hold pictures and labels
 * @param classNames the classes' names, sorted where labels are text; empty where labels are numbers without names
 */
record ParquetPart(
        String file, int rowGroup, long first, long rows, long bytes, ParquetColumns columns, List<String> classNames)
        implements SourcePart {
    ParquetPart {
        classNames = List.copyOf(classNames);
    }

    ParquetPart withClassNames(List<String> names) {
        return new ParquetPart(file, rowGroup, first, rows, bytes, columns, names);
    }

    @Override
    public String name() {
        return file + ", rows " + first + " to " + (first + rows - 1);
    }

    @Override
    public OptionalLong count() {
        return OptionalLong.of(rows);
    }

    @Override
    public SourceRecords open(ReadContext context) throws IOException {
        var path = Storage.path(file);
        ParquetPictures pictures = ParquetPictures.open(path, context.hadoop());
        return new LookAhead() {
            private ParquetPictures.Rows open;
            private long row;

            @Override
            protected SourceRecord read() throws IOException {
                if (row == rows) {
                    return null;
                }
                String id = path.getName() + "#" + (first + row);
                Group values;
                try {
                    open = open == null ? pictures.open(rowGroup, columns) : open;
                    values = open.next();
                } catch (DataException e) {
                    row = rows;
                    return new BadRecord(name(), e.getMessage());
                }
                row++;
                try {
                    return new RawImage(id, label(values, id), new EncodedPicture(content(values, id, context)));
                } catch (BadImageException e) {
                    return BadRecord.of(id, e);
                }
            }

            @Override
            public void close() throws IOException {
                pictures.close();
            }
        };
    }

    private byte[] content(Group values, String id, ReadContext context) throws BadImageException {
        Group holder = values;
        for (String step : columns.image().subList(0, columns.image().size() - 1)) {
            holder = holder.getFieldRepetitionCount(step) == 0 ? null : holder.getGroup(step, 0);
        }
        String column = columns.image().get(columns.image().size() - 1);
        if (holder == null || holder.getFieldRepetitionCount(column) == 0) {
            throw new BadImageException(id, "the row has no picture: its column is null");
        }
        var value = holder.getBinary(column, 0);
        if (value.length() > context.limits().maximumEntryBytes()) {
            throw Inflated.tooLarge(id, context.limits().maximumEntryBytes());
        }
        return value.getBytes();
    }

    private int label(Group values, String id) throws BadImageException {
        if (!columns.labelled()) {
            return DatasetDescription.NO_LABEL;
        }
        if (values.getFieldRepetitionCount(columns.label()) == 0) {
            throw new BadImageException(id, "the row has no label: its column is null");
        }
        if (columns.textual()) {
            return Collections.binarySearch(classNames, values.getString(columns.label(), 0));
        }
        // As text: the column may be of 32 bits or of 64.
        long label = Long.parseLong(values.getValueToString(values.getType().getFieldIndex(columns.label()), 0));
        if (!NumberedLabels.isLabel(label) || !classNames.isEmpty() && label >= classNames.size()) {
            throw new BadImageException(id, NumberedLabels.problem(label));
        }
        return (int) label;
    }
}
