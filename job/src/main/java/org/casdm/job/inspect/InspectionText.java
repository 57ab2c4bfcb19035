package org.casdm.job.inspect;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;

/** Writes what was found, for people and as JSON. */
public final class InspectionText {

    private static final JsonMapper JSON = JsonMapper.builder()
            .addModule(new SimpleModule()
                    .addSerializer(Instant.class, ToStringSerializer.instance)
                    .addSerializer(Path.class, ToStringSerializer.instance)
                    .addSerializer(new OrNull()))
            .build();

    private final PrintWriter output;

    public InspectionText(PrintWriter output) {
        this.output = output;
    }

    /** One JSON object: the components of the records, by their names. */
    public void printJson(Record found) throws JsonProcessingException {
        output.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(found));
    }

    /** Lines for people. */
    public void print(Record found) {
        if (found instanceof RunSummary run) {
            print(run);
        } else if (found instanceof CheckpointSummary checkpoint) {
            print(checkpoint);
        } else if (found instanceof FileSummary file) {
            print(file);
        } else {
            throw new IllegalArgumentException("nothing that an inspection finds: " + found);
        }
    }

    private void print(RunSummary run) {
        output.println("Run " + run.folder());
        output.println("  checkpoints  "
                + (run.checkpoints().isEmpty()
                        ? "none"
                        : run.checkpoints().stream().map(String::valueOf).collect(Collectors.joining(", "))));
        for (var incomplete : run.incomplete()) {
            output.println("  incomplete   " + incomplete.reason());
        }
        if (run.metrics().isEmpty()) {
            output.println("  metrics      none");
        } else {
            output.println("  metrics, the last " + run.metrics().size());
        }
        for (var line : run.metrics()) {
            var values = new ArrayList<String>();
            addValues("", line, values);
            output.println("    " + String.join("  ", values));
        }
        run.newest().ifPresent(checkpoint -> {
            output.println();
            print(checkpoint);
        });
    }

    private static void addValues(String prefix, JsonNode values, List<String> texts) {
        values.fields().forEachRemaining(field -> {
            var name = prefix + field.getKey();
            var value = field.getValue();
            if (value.isObject()) {
                addValues(name + ".", value, texts);
            } else {
                texts.add(name + " "
                        + (value.isFloatingPointNumber() ? number(value.asDouble()) : value.asText(value.toString())));
            }
        });
    }

    private void print(CheckpointSummary checkpoint) {
        var state = checkpoint.state();
        output.println("Checkpoint " + checkpoint.folder() + " (complete; all hashes are correct)");
        output.println("  step         " + state.step());
        output.println("  epoch        " + state.epoch());
        output.println("  images seen  " + state.imagesSeen());
        output.println("  model        " + state.modelKind());
        output.println("  workers      " + state.workerCount() + ", " + state.batchSizePerWorker() + " images a step");
        output.println("  written      " + state.createdAt() + " by version " + state.programVersion());
        state.provenance().forEach((name, value) -> output.println("  " + name + ": " + value));
        for (var file : checkpoint.files()) {
            output.println();
            print(file);
        }
    }

    private void print(FileSummary file) {
        output.printf(
                Locale.ROOT,
                "%s: %,d tensors, %,d elements, %,d bytes, norm %s%s%n",
                file.name(),
                file.tensors().size(),
                file.elements(),
                file.bytes(),
                number(file.norm()),
                warning(file.notFinite()));
        var name = width(file.tensors().stream().map(TensorSummary::name).toList());
        var type = width(file.tensors().stream().map(TensorSummary::type).toList());
        var shape = width(
                file.tensors().stream().map(tensor -> tensor.shape().toString()).toList());
        for (var tensor : file.tensors()) {
            output.printf(
                    Locale.ROOT,
                    "  %-" + name + "s  %-" + type + "s  %-" + shape + "s  %s%s%n",
                    tensor.name(),
                    tensor.type(),
                    tensor.shape(),
                    number(tensor.norm()),
                    warning(tensor.notFinite()));
        }
        file.refused().forEach((path, reason) -> output.println("  not read: '" + path + "': " + reason));
    }

    private static int width(List<String> texts) {
        return Math.max(1, texts.stream().mapToInt(String::length).max().orElse(1));
    }

    private static String warning(long notFinite) {
        return notFinite == 0 ? "" : "  ! " + notFinite + " not finite";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.6g", value);
    }

    /** Jackson has a module of its own for this, which is not in every Spark. */
    private static final class OrNull extends StdSerializer<Optional<?>> {

        private static final long serialVersionUID = 1L;

        OrNull() {
            super(Optional.class, false);
        }

        @Override
        public void serialize(Optional<?> value, JsonGenerator generator, SerializerProvider provider)
                throws IOException {
            provider.defaultSerializeValue(value.orElse(null), generator);
        }
    }
}
