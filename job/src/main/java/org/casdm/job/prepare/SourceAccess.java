package org.casdm.job.prepare;

import java.io.Serializable;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkFiles;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.casdm.data.source.LocalCopies;
import org.casdm.data.source.ReadContext;
import org.casdm.data.source.SourceLimits;
import org.casdm.job.executor.ExecutorLocal;

/**
 * How executors reach the source.
 *
 * @param hadoop the driver's Hadoop configuration
 * @param limits what the source may ask for
 */
record SourceAccess(Broadcast<SerializableConfiguration> hadoop, SourceLimits limits) implements Serializable {

    /** For use in a task. */
    ReadContext context() {
        return context(hadoop.value().value(), limits);
    }

    /** For use in this JVM. Copies of files are in the scratch folder that Spark removes when the application ends. */
    static ReadContext context(Configuration hadoop, SourceLimits limits) {
        var folder = Path.of(SparkFiles.getRootDirectory()).toAbsolutePath().resolve("source-copies");
        return new ReadContext(
                hadoop, limits, ExecutorLocal.get(LocalCopies.class, folder, () -> new LocalCopies(folder)));
    }
}
