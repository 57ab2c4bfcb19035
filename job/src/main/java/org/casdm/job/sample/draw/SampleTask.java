package org.casdm.job.sample.draw;

import java.io.IOException;
import java.io.Serializable;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.util.SerializableConfiguration;
import org.casdm.engine.EngineRequest;
import org.casdm.job.sample.folder.ImageShape;
import org.casdm.job.sample.folder.SampleFolder;
import org.casdm.job.sample.folder.SampleSettings;

/**
 * What all tasks of a job need to know. The weights are not among it: each executor reads them from the checkpoint.
 *
 * @param job tells this job's samplers from another's
 * @param settings what to draw
 * @param folder where to
 * @param batch images that the networks see at once
 * @param threads host threads of a task
 * @param engine what is to compute
 * @param hadoop the driver's
 */
public record SampleTask(
        UUID job,
        SampleSettings settings,
        String folder,
        int batch,
        int threads,
        EngineRequest engine,
        SerializableConfiguration hadoop)
        implements Serializable {

    Configuration configuration() {
        return hadoop.value();
    }

    ImageShape shape() {
        return new ImageShape(settings.size(), settings.channels());
    }

    SampleFolder openFolder() throws IOException {
        return new SampleFolder(folder, settings, configuration());
    }
}
