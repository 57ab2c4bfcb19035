package org.casdm.job.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.casdm.config.ConfigException;
import org.casdm.config.ConfigText;
import org.casdm.storage.Locations;

/** Reads configuration files of any Hadoop file system. */
final class ConfigFile {

    private ConfigFile() {}

    /**
     * The text of a file.
     *
     * @throws ConfigException if it is not there
     * @throws IOException     if the storage fails
     */
    static ConfigText read(String location, Configuration hadoop) throws IOException {
        try {
            var path = Locations.path(location);
            try (var stream = Locations.fileSystem(path, hadoop).open(path)) {
                return new ConfigText(location, new String(stream.readAllBytes(), StandardCharsets.UTF_8));
            }
        } catch (FileNotFoundException e) {
            throw new ConfigException(
                    List.of("There is no configuration file " + location + " (" + e.getMessage() + ")"));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(
                    List.of("\"" + location + "\" is not a path or URI of a configuration file: " + e.getMessage()));
        }
    }
}
