package org.casdm.job.train;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.casdm.data.ImageSet;
import org.casdm.data.ReadOptions;
import org.casdm.data.SubstitutingReader;

/**
 * The open image set of this JVM, shared by the tasks that run in it: binary sets are held in memory, and once is
 * enough.
 *
 * <p>One set at a time: a job reads one, and a shell that runs several jobs in turn must not keep the earlier ones.
 * This is state of the process because tasks have no other place to leave something for the next task.
 */
final class SharedReaders {

    /** What has to be equal for a reader to serve: the run, since the files may change between runs. */
    private record Key(String runId, String location, ReadOptions options, double maximumBadFraction) {}

    private static Key openKey;
    private static SubstitutingReader openReader;

    private SharedReaders() {}

    /** The reader of this set, opened on first use. */
    static synchronized SubstitutingReader get(
            String runId, ImageSet images, ReadOptions options, double maximumBadFraction, Configuration hadoop)
            throws IOException {
        var key = new Key(runId, images.location(), options, maximumBadFraction);
        if (!key.equals(openKey)) {
            close();
            openReader = new SubstitutingReader(images.open(hadoop, options), maximumBadFraction);
            openKey = key;
        }
        return openReader;
    }

    /** Closes the open set, if there is one. */
    static synchronized void close() throws IOException {
        if (openReader != null) {
            var closing = openReader;
            openReader = null;
            openKey = null;
            closing.close();
        }
    }
}
