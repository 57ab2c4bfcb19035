package org.casdm.optimizer;

import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * DL4J's updater, but that a step whose loss or gradient is not finite is skipped: the gradient becomes zero before
 * regularisation or optimizer see it, so parameters and optimizer state stay as they are, bit for bit. The iteration
 * count continues, as the steps of other workers do.
 *
 * <p>One norm is enough for the whole gradient: NaN and infinity carry over to it. A gradient whose squares are too large
 * for float32, which an optimizer with second moments cannot take either, counts as not finite too.
 */
public final class GuardedUpdater extends ComputationGraphUpdater {

    /** Told of a step that is about to be skipped, while the graph still has its gradient. */
    @FunctionalInterface
    public interface SkipListener {
        void skipping(double score, double gradientNorm);
    }

    /** Does nothing. */
    public static final SkipListener NOBODY = (score, gradientNorm) -> {};

    private SkipListener listener = NOBODY;
    private double gradientNorm = Double.NaN;
    private boolean skipped;

    /**
     * @param graph        initialised
     * @param updaterState taken as it is; null: for an optimizer without state
     */
    public GuardedUpdater(ComputationGraph graph, INDArray updaterState) {
        super(graph, updaterState);
    }

    /** Sets who is notified from now on. */
    public void setListener(SkipListener skipListener) {
        listener = skipListener;
    }

    @Override
    public synchronized void update(
            Gradient gradient, int iteration, int epoch, int batchSize, LayerWorkspaceMgr workspaces) {
        INDArray values = gradient.gradient();
        gradientNorm = GradientNorm.of(values);
        double score = network.score();
        skipped = !Double.isFinite(gradientNorm) || !Double.isFinite(score);
        if (skipped) {
            listener.skipping(score, gradientNorm);
            values.assign(0);
        } else {
            super.update(gradient, iteration, epoch, batchSize, workspaces);
        }
    }

    /** The Euclidean norm of the last step's whole gradient, before regularisation, clipping and optimizer. */
    public double gradientNorm() {
        return gradientNorm;
    }

    /** Whether the last step was skipped. */
    public boolean skipped() {
        return skipped;
    }
}
