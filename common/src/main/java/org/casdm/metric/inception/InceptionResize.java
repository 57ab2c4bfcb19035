package org.casdm.metric.inception;

/** How images of any size become what the network takes, 299×299 pixels around zero. Metrics differ between them. */
public enum InceptionResize {

    /**
     * TensorFlow 1's bilinear resize ({@code align_corners=False}: pixel 0 is at 0), then (x - 128) / 128: what the
     * graph itself does, and with it the programs of Heusel et al. and of guided-diffusion, by which papers are judged.
     */
    TENSORFLOW_1("tensorflow-1", 0, 1 / 128.0, -1),
    /** PyTorch's bilinear resize (half-pixel centres), then x / 127.5 - 1: the program pytorch-fid. */
    PYTORCH_FID("pytorch-fid", 0.5, 1 / 127.5, -1);

    private final String label;
    private final double centre;
    private final double scale;
    private final double shift;

    InceptionResize(String label, double centre, double scale, double shift) {
        this.label = label;
        this.centre = centre;
        this.scale = scale;
        this.shift = shift;
    }

    /** What it is called in options and results: {@code tensorflow-1}, {@code pytorch-fid}. */
    public String label() {
        return label;
    }

    /** The place in the source, in pixels, of a pixel of the target. */
    double place(int target, int sourceSize, int targetSize) {
        return Math.max(0, (target + centre) * sourceSize / targetSize - centre);
    }

    /** What a pixel is multiplied with. */
    double scale() {
        return scale;
    }

    /** What is added to it then. */
    double shift() {
        return shift;
    }
}
