package org.casdm.job.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.casdm.config.ConfigException;
import org.casdm.config.ConfigText;
import org.casdm.failure.DataException;
import org.casdm.storage.Storage;

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
        var path = path(location);
        try (var stream = Storage.fileSystem(path, hadoop).open(path)) {
            return new ConfigText(location, new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        } catch (FileNotFoundException e) {
            throw new ConfigException(
                    List.of("There is no configuration file " + location + " (" + e.getMessage() + ")"));
        }
    }

    private static Path path(String location) {
        try {
            return Storage.path(location);
        } catch (DataException e) {
            throw new ConfigException(List.of("Configuration file: " + e.getMessage()));
        }
    }
}
