package org.casdm.data.source;

import java.util.List;
import org.casdm.data.BadImageException;

/**
 * A record that cannot be used, or the end of a file that cannot be read on: then the id is the file's, and the reason
 * says at which byte.
 *
 * @param id     the record's name
 * @param reason what is wrong with it, without the name
 */
public record BadRecord(String id, String reason) implements SourceRecord {
    /** The record that a reader or a decoder has refused. */
    public static BadRecord of(String id, BadImageException refusal) {
        return new BadRecord(id, refusal.reason());
    }

    /** What a listing has left out, to follow its summary: empty, or with a comma in front. */
    public static String omitted(long otherFiles, List<BadRecord> refused) {
        return (otherFiles == 0 ? "" : ", " + otherFiles + " other files ignored")
                + (refused.isEmpty()
                        ? ""
                        : ", " + refused.size() + " refused, the first is "
                                + refused.get(0).id());
    }
}
