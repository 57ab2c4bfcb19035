package org.casdm.job.cli.spark;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How jobs other than train reach a cluster and object storage. */
public final class SparkOptions {

    @Mixin
    private StorageOptions storage;

    @Option(
            names = "--master",
            paramLabel = "URL",
            description = "Where the work is done: local[*] (this machine, the "
                    + "default), local[N], spark://HOST:PORT, or what spark-submit was given.")
    private String master;

    @Option(
            names = "--conf",
            paramLabel = "<key=value>",
            description = "A Spark setting, such as%n--conf spark.executor.memory=4g")
    private Map<String, String> settings = new LinkedHashMap<>();

    /** The settings for a Spark context. */
    public SparkConf conf(String applicationName) {
        return SparkSetup.of(all(), applicationName);
    }

    /** Hadoop's settings as the Spark context will have them, for what is looked at before it starts. */
    public Configuration hadoop() {
        return HadoopSettings.of(all());
    }

    private Map<String, String> all() {
        var all = new LinkedHashMap<String, String>();
        storage.settings().forEach((name, value) -> all.put("spark.hadoop." + name, value));
        all.putAll(settings);
        if (master != null) {
            all.put("spark.master", master);
        }
        return all;
    }
}
