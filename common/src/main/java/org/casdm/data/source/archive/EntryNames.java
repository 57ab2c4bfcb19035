package org.casdm.data.source.archive;

import java.util.Optional;

/**
 * Names of archive entries. Nothing is ever written under them, but they become the ids of pictures, and whoever
 * exports pictures under their ids must not be led elsewhere.
 */
final class EntryNames {
    private EntryNames() {}

    /** The name without the {@code ./} that archives of a whole folder have in front of each. */
    static String plain(String name) {
        String rest = name;
        while (rest.startsWith("./")) {
            rest = rest.substring(2);
        }
        return rest;
    }

    /** Why a name is not accepted; empty if it is. */
    static Optional<String> problem(String name) {
        if (name.isEmpty()) {
            return Optional.of("an entry without a name");
        }
        if (name.startsWith("/") || name.startsWith("\\") || name.matches("[A-Za-z]:.*")) {
            return Optional.of("its name is an absolute path");
        }
        for (String step : name.split("[/\\\\]")) {
            if (step.equals("..")) {
                return Optional.of("its name leads out of the archive (..)");
            }
        }
        return name.chars().anyMatch(Character::isISOControl)
                ? Optional.of("its name holds control characters")
                : Optional.empty();
    }

    /** A name as it may be shown: control characters replaced, cut at 200 characters. */
    static String shown(String name) {
        String shown = name.replaceAll("\\p{Cntrl}", "?");
        return shown.length() <= 200 ? shown : shown.substring(0, 200) + "...";
    }
}
