package org.casdm.checkpoint;

import java.util.Locale;

/** A step in the name of a file or folder: nine digits, more where nine do not suffice. */
public final class StepName {

    /**
     * A regular expression for the name of a step, which {@link Long#parseLong(String)} reads. Digits of every script:
     * earlier versions wrote those of the machine's locale, such as Arabic ones.
     */
    public static final String PATTERN = "\\p{Nd}{9,18}";

    private StepName() {}

    /** The name of a step, in ASCII digits: {@code 000012000}. */
    public static String of(long step) {
        return String.format(Locale.ROOT, "%09d", step);
    }
}
