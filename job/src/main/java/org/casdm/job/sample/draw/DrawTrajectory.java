package org.casdm.job.sample.draw;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.casdm.sampling.Trajectory;

/**
 * Draws the first images once more on an executor, and shows the way to them.
 *
 * @param task what all tasks know
 */
public record DrawTrajectory(Broadcast<SampleTask> task) implements Function<TrajectoryRequest, byte[]> {

    @Override
    public byte[] call(TrajectoryRequest wanted) throws IOException {
        var all = task.value();
        try (var sampler = JobSamplers.of(all).borrow(TaskContext.get())) {
            var trajectory = new Trajectory(sampler.sampler().steps(), wanted.moments());
            sampler.sampler()
                    .sample(
                            all.settings().start(),
                            0,
                            wanted.images(),
                            all.settings().classes().labels(0, wanted.images()),
                            trajectory);
            var png = new ByteArrayOutputStream();
            new TrajectoryPicture(all.settings(), all.shape())
                    .table(trajectory.moments(), wanted.images())
                    .write(png);
            sampler.keep();
            return png.toByteArray();
        }
    }
}
