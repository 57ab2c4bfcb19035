package org.casdm.weights.published;

import java.net.URI;
import org.casdm.tensor.ContentDigest;

/**
 * A file of weights that somebody publishes.
 *
 * @param name what commands call it
 * @param purpose what it is for
 * @param address where its authors publish it
 * @param file its name when it has been fetched
 * @param content its size and SHA-256
 * @param licence what its authors say about its use
 * @param usage what to write where to use it, FILE and SHA256 standing for where it is and its hash
 */
public record PublishedFile(
        String name, String purpose, URI address, String file, ContentDigest content, String licence, String usage) {

    /** What to write where to use the file at a place: settings or options. */
    public String usage(String place) {
        return usage.replace("FILE", place).replace("SHA256", content.sha256());
    }
}
