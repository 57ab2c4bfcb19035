package org.casdm.config;

import java.util.Locale;

/** An enum whose constants are written in configuration files. */
public interface Choice {

    /** The constant's name, as enums have it. */
    String name();

    /** How the constant is written in files: its name in lower case with dashes, if not said otherwise. */
    default String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
