package org.casdm.job.cli.spark;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Option;

/** How commands other than train reach object storage. */
public final class StorageOptions {

    @Option(
            names = "-D",
            paramLabel = "<key=value>",
            description =
                    "A Hadoop setting, such as%n-D fs.s3a.endpoint=http://127.0.0.1:9000%nCredentials come from the "
                            + "environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY) or the machine's role.")
    private Map<String, String> settings = new LinkedHashMap<>();

    /** The settings of the command line. */
    Map<String, String> settings() {
        return Map.copyOf(settings);
    }

    /** The Hadoop configuration with the settings of the command line. */
    public Configuration hadoop() {
        var configuration = HadoopSettings.fromSystemProperties();
        settings.forEach(configuration::set);
        return configuration;
    }
}
