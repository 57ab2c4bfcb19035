package org.casdm.job.prepare;

import java.io.Serializable;
import java.nio.file.Path;
import org.apache.spark.SparkFiles;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.casdm.data.source.LocalCopies;
import org.casdm.data.source.ReadContext;
import org.casdm.data.source.SourceLimits;

/**
 * How executors reach the source.
 *
 * @param hadoop the driver's Hadoop configuration
 * @param limits what the source may ask for
 */
record SourceAccess(Broadcast<SerializableConfiguration> hadoop, SourceLimits limits) implements Serializable {

    /** For use in a task. */
    ReadContext context() {
        return new ReadContext(hadoop.value().value(), limits, Copies.ofThisJvm());
    }

    /**
     * The copies of this JVM: tasks have no other place to leave something for the next one. They lie in the scratch
     * folder that Spark removes when the application ends.
     */
    static final class Copies {

        private static Path folder;
        private static LocalCopies copies;

        private Copies() {}

        static synchronized LocalCopies ofThisJvm() {
            var wanted = Path.of(SparkFiles.getRootDirectory()).toAbsolutePath().resolve("source-copies");
            if (!wanted.equals(folder)) {
                folder = wanted;
                copies = new LocalCopies(wanted);
            }
            return copies;
        }
    }
}
