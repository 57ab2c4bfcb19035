package org.casdm.data.source.parquet;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.casdm.failure.DataException;

/**
 * Which columns of a Parquet file hold pictures and labels.
 *
 * @param image   path of a binary column, of one step or of two: Hugging Face's struct of bytes and path
 * @param label   name of a column of whole numbers or text; empty if there is none
 * @param textual whether labels are text
 */
record ParquetColumns(List<String> image, String label, boolean textual) implements Serializable {
    private static final String BYTES = "bytes";
    /** Where several columns are binary, the first of these. */
    private static final List<String> IMAGE_NAMES =
            List.of("image", "img", "picture", "content", "jpg", "jpeg", "png", "webp");

    private static final List<String> LABEL_NAMES = List.of("label", "labels", "class", "cls", "fine_label");

    ParquetColumns {
        image = List.copyOf(image);
    }

    /**
     * Chooses among a file's columns.
     *
     * @throws DataException when none holds pictures, or several may
     */
    static ParquetColumns of(MessageType schema, Object file) throws DataException {
        if (schema.containsField("pixels") && schema.containsField("id")) {
            throw new DataException(file + " holds training pixels, as prepare and sample write them, but no "
                    + "dataset.json is beside it: the folder is unfinished. Run the same command again to complete it");
        }
        List<List<String>> images = new ArrayList<>();
        for (Type field : schema.getFields()) {
            if (isBinary(field)) {
                images.add(List.of(field.getName()));
            } else if (!field.isPrimitive()
                    && !field.isRepetition(Type.Repetition.REPEATED)
                    && field.asGroupType().containsField(BYTES)
                    && isBinary(field.asGroupType().getType(BYTES))) {
                images.add(List.of(field.getName(), BYTES));
            }
        }
        Optional<List<String>> named = IMAGE_NAMES.stream()
                .flatMap(name -> images.stream().filter(path -> path.get(0).equals(name)))
                .findFirst();
        if (named.isEmpty() && images.size() != 1) {
            throw new DataException(file + ": "
                    + (images.isEmpty()
                            ? "no column holds pictures"
                            : "several columns may hold pictures, and none is named image: " + images)
                    + ". Pictures are files in a binary column, or in a struct with a field \"" + BYTES + "\"");
        }
        Optional<Type> label = LABEL_NAMES.stream()
                .filter(schema::containsField)
                .map(schema::getType)
                .filter(type -> type.isPrimitive()
                        && !type.isRepetition(Type.Repetition.REPEATED)
                        && (isWhole(type) || isText(type)))
                .findFirst();
        return new ParquetColumns(
                named.orElseGet(() -> images.get(0)),
                label.map(Type::getName).orElse(""),
                label.isPresent() && isText(label.get()));
    }

    /** Without the column of labels. */
    ParquetColumns withoutLabel() {
        return new ParquetColumns(image, "", false);
    }

    /** Without the column of pictures. */
    ParquetColumns labelOnly() {
        return new ParquetColumns(List.of(), label, textual);
    }

    boolean labelled() {
        return !label.isEmpty();
    }

    /** The columns' paths as Parquet writes them, sorted. */
    List<String> paths() {
        return Stream.of(String.join(".", image), label)
                .filter(path -> !path.isEmpty())
                .sorted()
                .toList();
    }

    /** The schema of only these columns. */
    MessageType projection(MessageType schema) {
        List<Type> fields = new ArrayList<>();
        if (!image.isEmpty()) {
            Type first = schema.getType(image.get(0));
            fields.add(
                    image.size() == 1
                            ? first
                            : new GroupType(
                                    first.getRepetition(),
                                    first.getName(),
                                    first.asGroupType().getType(image.get(1))));
        }
        if (labelled()) {
            fields.add(schema.getType(label));
        }
        return new MessageType(schema.getName(), fields);
    }

    private static boolean isBinary(Type type) {
        return is(type, PrimitiveTypeName.BINARY) && type.getLogicalTypeAnnotation() == null;
    }

    private static boolean isText(Type type) {
        return is(type, PrimitiveTypeName.BINARY)
                && type.getLogicalTypeAnnotation() instanceof LogicalTypeAnnotation.StringLogicalTypeAnnotation;
    }

    private static boolean isWhole(Type type) {
        return is(type, PrimitiveTypeName.INT32) || is(type, PrimitiveTypeName.INT64);
    }

    private static boolean is(Type type, PrimitiveTypeName primitive) {
        return type.isPrimitive()
                && !type.isRepetition(Type.Repetition.REPEATED)
                && type.asPrimitiveType().getPrimitiveTypeName() == primitive;
    }
}
