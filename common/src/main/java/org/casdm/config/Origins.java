package org.casdm.config;

import com.typesafe.config.ConfigOrigin;

/** Says where a value comes from. */
final class Origins {

    static final String REFERENCE = "reference.conf";

    private Origins() {}

    static String text(ConfigOrigin origin) {
        return isDefault(origin) ? "the default" : origin.description();
    }

    static boolean isDefault(ConfigOrigin origin) {
        return origin.description().contains(REFERENCE);
    }
}
