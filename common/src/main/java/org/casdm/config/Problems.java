package org.casdm.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Collects what is wrong with a configuration, so that all of it is reported together. */
final class Problems {

    private final List<String> messages = new ArrayList<>();
    private final Set<String> keys = new HashSet<>();

    /** Notes a problem of no key in particular. */
    void add(String message) {
        messages.add(message);
    }

    /** Notes a problem of a key. */
    void add(String key, String message) {
        keys.add(key);
        messages.add(message);
    }

    /** Notes that a key has a problem that has been reported under another key. */
    void markAsBad(String key) {
        keys.add(key);
    }

    /** Whether every one of the keys has been fine so far. */
    boolean noneOf(String... candidates) {
        return Set.of(candidates).stream().noneMatch(keys::contains);
    }

    void throwIfAny() {
        if (!messages.isEmpty()) {
            throw new ConfigException(messages);
        }
    }
}
