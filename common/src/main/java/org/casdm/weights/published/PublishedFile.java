package org.casdm.weights.published;

import java.net.URI;
import java.util.Optional;
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
 * @param setting key of the configuration that it is for, if any; the key with {@code -sha256} takes its hash
 */
public record PublishedFile(String name, String purpose, URI address, String file, ContentDigest content,
        String licence, Optional<String> setting) {
}
