package org.casdm.data.source.parquet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.HadoopReadOptions;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.casdm.data.shard.RowGroupPages;
import org.casdm.data.shard.ShardInput;
import org.casdm.storage.Storage;

/** An open Parquet file with a column of pictures. For one thread. */
final class ParquetPictures implements Closeable {
    private static final String ADVICE = "Download it again";

    private final ShardInput input;
    private final ParquetFileReader parquet;
    private final ParquetColumns columns;

    private ParquetPictures(ShardInput input, ParquetFileReader parquet, ParquetColumns columns) {
        this.input = input;
        this.parquet = parquet;
        this.columns = columns;
    }

    /** @throws org.casdm.failure.DataException when it is damaged, no Parquet file, or has no pictures */
    static ParquetPictures open(Path file, Configuration hadoop) throws IOException {
        var fileSystem = Storage.fileSystem(file, hadoop);
        var input = new ShardInput(fileSystem, file);
        ParquetFileReader parquet = null;
        try {
            var options = HadoopReadOptions.builder(fileSystem.getConf())
                    .usePageChecksumVerification()
                    .withMaxAllocationInBytes(Integer.MAX_VALUE - 8)
                    .build();
            parquet = ParquetFileReader.open(input, options);
            var pictures = new ParquetPictures(
                    input, parquet, ParquetColumns.of(parquet.getFileMetaData().getSchema(), file));
            parquet = null;
            return pictures;
        } catch (IOException | RuntimeException e) {
            throw input.explain(e, ADVICE);
        } finally {
            if (parquet != null) {
                parquet.close();
            }
        }
    }

    ParquetColumns columns() {
        return columns;
    }

    int rowGroups() {
        return parquet.getRowGroups().size();
    }

    long rows(int rowGroup) {
        return parquet.getRowGroups().get(rowGroup).getRowCount();
    }

    /** Bytes in the file of a row group's pictures and labels. */
    long bytes(int rowGroup) {
        List<String> paths = columns.paths();
        return parquet.getRowGroups().get(rowGroup).getColumns().stream()
                .filter(chunk -> paths.contains(chunk.getPath().toDotString()))
                .mapToLong(chunk -> Math.max(0, chunk.getTotalSize()))
                .sum();
    }

    /** The names of classes that Hugging Face's datasets library keeps beside the schema; empty without them. */
    List<String> classNames() {
        String features = parquet.getFileMetaData().getKeyValueMetaData().get("huggingface");
        List<String> names = new ArrayList<>();
        if (features != null) {
            try {
                JsonNode json = new JsonMapper().readTree(features);
                json.path("info")
                        .path("features")
                        .path(columns.label())
                        .path("names")
                        .forEach(name -> names.add(name.asText()));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(
                        "its description of features is not JSON: " + e.getOriginalMessage(), e);
            }
        }
        return names;
    }

    /** The rows of a row group; of them, only those columns are read. */
    Rows open(int rowGroup, ParquetColumns wanted) throws IOException {
        try {
            MessageType projection = wanted.projection(parquet.getFileMetaData().getSchema());
            parquet.setRequestedSchema(projection);
            var group = parquet.getRowGroups().get(rowGroup);
            input.check(RowGroupPages.of(input.file(), input.getLength(), group, wanted.paths()));
            var reader = new ColumnIOFactory()
                    .getColumnIO(projection, projection, true)
                    .getRecordReader(parquet.readRowGroup(rowGroup), new GroupRecordConverter(projection));
            return new Rows(reader);
        } catch (IOException | RuntimeException e) {
            throw input.explain(e, ADVICE);
        }
    }

    /** Rows one after another. */
    final class Rows {
        private final RecordReader<Group> reader;

        Rows(RecordReader<Group> reader) {
            this.reader = reader;
        }

        Group next() throws IOException {
            try {
                return reader.read();
            } catch (RuntimeException e) {
                throw input.explain(e, ADVICE);
            }
        }
    }

    @Override
    public void close() throws IOException {
        parquet.close();
    }
}
