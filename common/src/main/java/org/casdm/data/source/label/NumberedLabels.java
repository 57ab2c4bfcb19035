package org.casdm.data.source.label;

import java.util.List;
import java.util.stream.IntStream;

/** Labels that are whole numbers from 0 on: their classes are called by their numbers. */
public final class NumberedLabels {
    /** ImageNet-21k has 21,841 classes; a larger number is not a label. */
    static final int MOST_CLASSES = 100_000;

    private NumberedLabels() {}

    /** The names of the classes 0 to count - 1. */
    public static List<String> names(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).toList();
    }

    /** Whether a number can be a label. */
    public static boolean isLabel(long number) {
        return number >= 0 && number < MOST_CLASSES;
    }

    /** What is wrong with a number that is none. */
    public static String problem(Object number) {
        return "its label is " + number + "; labels are whole numbers from 0 to " + (MOST_CLASSES - 1);
    }
}
