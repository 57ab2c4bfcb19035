package org.casdm.data.source.label;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.casdm.data.PicturePaths;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.data.source.BadRecord;
import org.casdm.failure.DataException;

/** The classes of the pictures in a folder or a zip, by the paths of their files. */
public final class PictureLabels {
    private final List<String> paths;
    private final List<String> classNames;
    /** Label by path; empty when there are none. */
    private final int[] labels;

    private final String origin;

    private PictureLabels(List<String> paths, List<String> classNames, int[] labels, String origin) {
        this.paths = paths;
        this.classNames = classNames;
        this.labels = labels;
        this.origin = origin;
    }

    /**
     * Finds the classes.
     *
     * @param location  of the source, for messages
     * @param sorted    the pictures' paths, sorted
     * @param labelFile content of the file {@code dataset.json} beside them, if there is one; may be another program's
     * @throws DataException if there are no classes of the kind that the rule asks for
     */
    public static PictureLabels of(String location, LabelRule rule, List<String> sorted, Optional<byte[]> labelFile)
            throws DataException {
        if (rule == LabelRule.AUTO && labelFile.isPresent()) {
            String file = DatasetToolLabels.FILE_NAME + " of " + location;
            Optional<int[]> labels = DatasetToolLabels.read(labelFile.get(), file, sorted);
            if (labels.isPresent()) {
                int[] found = labels.get();
                return new PictureLabels(
                        sorted,
                        NumberedLabels.names(1 + Arrays.stream(found).max().orElse(DatasetDescription.NO_LABEL)),
                        found,
                        DatasetToolLabels.FILE_NAME);
            }
        }
        return switch (rule) {
            case NONE -> new PictureLabels(sorted, List.of(), new int[0], "");
            case NAME -> {
                for (String path : sorted) {
                    if (nameClass(path).isEmpty()) {
                        throw new DataException(location + ": the name of " + path
                                + " has no underscore after a class, as in cat_00001.png. Rename it, or choose other "
                                + "labels than \"name\"");
                    }
                }
                yield byClass(sorted, PictureLabels::nameClass, "file names");
            }
            case AUTO, FOLDER -> {
                boolean inFolders = sorted.stream().allMatch(path -> path.indexOf('/') >= 0);
                if (!inFolders && rule == LabelRule.FOLDER) {
                    throw new DataException(location + ": not every picture is in a folder, as labels \"folder\" need: "
                            + sorted.stream()
                                    .filter(path -> path.indexOf('/') < 0)
                                    .findFirst()
                                    .orElseThrow());
                }
                yield inFolders
                        ? byClass(sorted, PicturePaths::className, "folders")
                        : new PictureLabels(sorted, List.of(), new int[0], "");
            }
        };
    }

    private static PictureLabels byClass(List<String> paths, Function<String, String> classOf, String origin) {
        List<String> names = List.copyOf(paths.stream().map(classOf).collect(Collectors.toCollection(TreeSet::new)));
        int[] labels = paths.stream()
                .mapToInt(path -> Collections.binarySearch(names, classOf.apply(path)))
                .toArray();
        return new PictureLabels(paths, names, labels, origin);
    }

    /** {@code animals/cat_00001.png} is of class cat; empty without an underscore. */
    private static String nameClass(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        return name.substring(0, Math.max(0, name.indexOf('_')));
    }

    public List<String> classNames() {
        return classNames;
    }

    /** Whether a picture lacks the label that others have. */
    public boolean isMissing(String path) {
        return !classNames.isEmpty() && of(path) == DatasetDescription.NO_LABEL;
    }

    /** A picture without a label among others with one. */
    public static BadRecord missing(String path) {
        return new BadRecord(path, DatasetToolLabels.FILE_NAME + " has no label for it");
    }

    /** The label of a picture; {@link DatasetDescription#NO_LABEL} without classes. */
    public int of(String path) {
        return classNames.isEmpty() ? DatasetDescription.NO_LABEL : labels[Collections.binarySearch(paths, path)];
    }

    /** For the summary of a source. */
    public String summary() {
        return classNames.isEmpty() ? "no classes" : classNames.size() + " classes (" + origin + ")";
    }
}
