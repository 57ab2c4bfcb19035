package org.casdm.engine;

import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.engine.Arithmetic.Precision;
import org.casdm.lpips.LpipsSpec;
import org.casdm.lpips.LpipsWeights;
import org.casdm.metric.feature.FeatureExtractorSpec;
import org.casdm.metric.feature.FeatureModel;
import org.casdm.network.UNetSpec;

/**
 * An implementation of the networks' arithmetic. Engines are stateless; what they make owns native memory and belongs to
 * one thread at a time.
 */
public interface Engine {

    /** The name in configuration files: {@code nd4j} or {@code libtorch}. */
    String name();

    /**
     * What this process can compute on, the usable and the unusable; never empty.
     *
     * @throws EngineException if the engine itself cannot be started; the message says what is missing
     */
    List<Device> devices();

    /** What products and convolutions can be computed in on a device; float32 is among them always. */
    default Set<Precision> precisions(Device device) {
        return device.isCpu() ? EnumSet.of(Precision.FLOAT32, Precision.BF16) : EnumSet.allOf(Precision.class);
    }

    /**
     * A training step of a model.
     *
     * @throws EngineException if the device cannot be used
     */
    TrainingStep trainingStep(TrainingPlan plan, Device device);

    /**
     * A network for drawing, without gradients.
     *
     * @param network the network
     * @param parameters its flat vector in the layout of {@link org.casdm.network.UNetParameters}; read now, or used in
     *        place as long as the denoiser lives
     */
    Denoiser denoiser(UNetSpec network, FloatPointer parameters, Device device, Arithmetic arithmetic);

    /**
     * A feature network with its weights, for one device; loaded once and used by several threads, each with an extractor
     * of its own.
     *
     * @throws IOException if the weights cannot be read or are of another network
     */
    FeatureModel features(FeatureExtractorSpec spec, Configuration hadoop, Device device, Arithmetic arithmetic)
            throws IOException;

    /** The metric function LPIPS, outside of training. */
    PerceptualMetric metric(LpipsSpec spec, LpipsWeights weights, Device device, Arithmetic arithmetic);
}
