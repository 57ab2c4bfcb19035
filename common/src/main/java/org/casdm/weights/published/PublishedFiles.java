package org.casdm.weights.published;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.casdm.tensor.ContentDigest;

/**
 * The published files that this program knows; they are listed in the resource {@code files.conf}.
 *
 * @param all in the order of that file
 */
public record PublishedFiles(List<PublishedFile> all) {

    private static final String RESOURCE = "files.conf";

    public PublishedFiles {
        all = List.copyOf(all);
    }

    /** Reads the resource. */
    public static PublishedFiles load() {
        var stream = PublishedFiles.class.getResourceAsStream(RESOURCE);
        var config = ConfigFactory.parseReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
        return new PublishedFiles(
                config.getConfigList("files").stream().map(PublishedFiles::file).toList());
    }

    private static PublishedFile file(Config entry) {
        return new PublishedFile(
                entry.getString("name"),
                entry.getString("purpose"),
                URI.create(entry.getString("address")),
                entry.getString("file"),
                new ContentDigest(entry.getLong("bytes"), entry.getString("sha256")),
                entry.getString("licence"),
                entry.getString("usage"));
    }

    /** The file that commands call so. */
    public Optional<PublishedFile> named(String name) {
        return all.stream().filter(file -> file.name().equals(name)).findFirst();
    }

    /** The file that this content is. */
    public Optional<PublishedFile> withContent(ContentDigest content) {
        return all.stream().filter(file -> file.content().equals(content)).findFirst();
    }

    /** The file that is called so when it has been fetched, or at its address. */
    public Optional<PublishedFile> withFileName(String name) {
        return all.stream()
                .filter(file -> file.file().equals(name))
                .findFirst()
                .or(() -> all.stream()
                        .filter(file -> file.address().getPath().endsWith("/" + name))
                        .findFirst());
    }
}
