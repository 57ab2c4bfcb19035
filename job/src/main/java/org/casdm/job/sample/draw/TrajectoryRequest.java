package org.casdm.job.sample.draw;

import java.io.Serializable;

/**
 * The way from noise to image, as it is to be shown.
 *
 * @param moments steps to show of each image, the first and the last among them
 * @param images how many images, from number 0 on
 */
public record TrajectoryRequest(int moments, int images) implements Serializable {
    public TrajectoryRequest {
        if (moments < 1 || images < 1) {
            throw new IllegalArgumentException(
                    "a trajectory has at least 1 step and 1 image, not " + moments + " and " + images);
        }
    }

    /** The same with no more images than there are. */
    public TrajectoryRequest withAtMost(long count) {
        return new TrajectoryRequest(moments, (int) Math.min(images, count));
    }
}
