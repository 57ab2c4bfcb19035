package org.casdm.job.sample.draw;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.casdm.cascade.ModelSpec.Kind;
import org.casdm.data.picture.HeatMap;
import org.casdm.data.picture.PictureTable;
import org.casdm.data.picture.Pixels;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.job.sample.folder.ImageShape;
import org.casdm.job.sample.folder.SampleSettings;
import org.casdm.sampling.Trajectory.Moment;

/**
 * What people look at to understand the cascade. A column for each step, from noise to image; for each image the rows
 * x_t, x̂_0 from θ's noise, the second estimate of x_0, and its weight r: black is 0 (x̂_0 counts), white is 1 (the
 * second estimate does).
 *
 * @param settings of the images
 * @param shape of the images
 */
record TrajectoryPicture(SampleSettings settings, ImageShape shape) {

    /** Small pictures are enlarged to about this many pixels. */
    private static final int COMFORTABLE_SIZE = 64;

    /** The table of some images' moments. */
    PictureTable table(List<Moment> moments, int images) {
        boolean refined = moments.get(0).refinement().isPresent();
        // The second estimate is phi's, or the single network's own.
        String second = settings.model().spec().kind() == Kind.DUAL ? "x0 direct" : "x0 phi";
        var rows = new ArrayList<PictureTable.Row>();
        for (int image = 0; image < images; image++) {
            int index = image;
            String caption = caption(image);
            rows.add(row(caption + "x_t", moments, moment -> picture(moment.xt(), index)));
            rows.add(row(caption + "x0 theta", moments, moment -> picture(moment.x0Theta(), index)));
            if (refined) {
                rows.add(row(
                        caption + second,
                        moments,
                        moment -> picture(moment.refinement().orElseThrow().x0(), index)));
                rows.add(row(
                        caption + "r",
                        moments,
                        moment -> heatMap(moment.refinement().orElseThrow().weight(), index)));
            }
        }
        return new PictureTable(
                moments.stream().map(moment -> "t=" + moment.timestep()).toList(),
                rows,
                shape.size(),
                Math.max(1, COMFORTABLE_SIZE / shape.size()));
    }

    private String caption(int image) {
        int label = settings.classes().label(image);
        return image + (label == DatasetDescription.NO_LABEL ? " " : " class " + label + " ");
    }

    private static PictureTable.Row row(String caption, List<Moment> moments, Function<Moment, byte[]> picture) {
        return new PictureTable.Row(caption, moments.stream().map(picture).toList());
    }

    private byte[] picture(float[] images, int index) {
        int length = shape.size() * shape.size() * shape.channels();
        var bytes = new byte[length];
        Pixels.toBytes(FloatBuffer.wrap(images, index * length, length), bytes, 0, length);
        return shape.stored(bytes);
    }

    private byte[] heatMap(float[] weights, int index) {
        int length = shape.size() * shape.size();
        var values = new float[length];
        System.arraycopy(weights, index * length, values, 0, length);
        return HeatMap.colours(values);
    }
}
