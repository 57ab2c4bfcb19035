package org.casdm.engine.nd4j;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.engine.Arithmetic;
import org.casdm.engine.Arithmetic.Precision;
import org.casdm.engine.Denoiser;
import org.casdm.engine.Device;
import org.casdm.engine.Engine;
import org.casdm.engine.EngineException;
import org.casdm.engine.PerceptualMetric;
import org.casdm.engine.TrainingPlan;
import org.casdm.engine.TrainingStep;
import org.casdm.lpips.Lpips;
import org.casdm.lpips.LpipsSpec;
import org.casdm.lpips.LpipsWeights;
import org.casdm.metric.feature.FeatureExtractorSpec;
import org.casdm.metric.feature.FeatureModel;
import org.casdm.network.UNetSpec;
import org.nd4j.linalg.factory.Nd4j;

/** ND4J: float32 on the CPU, or on GPUs in a job jar that is built with {@code -Pcuda}. */
public final class Nd4jEngine implements Engine {

    /** In configuration files. */
    public static final String NAME = "nd4j";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<Device> devices() {
        return Nd4jBackend.start();
    }

    @Override
    public Set<Precision> precisions(Device device) {
        return Set.of(Precision.FLOAT32);
    }

    /** Binds the calling thread to what is to compute. */
    private static void bind(Device device, Arithmetic arithmetic) {
        if (arithmetic.precision() != Precision.FLOAT32) {
            throw new EngineException("The engine nd4j computes in float32 only, not in "
                    + arithmetic.precision().name().toLowerCase(Locale.ROOT)
                    + ": set the precision to float32, or the engine to libtorch");
        }
        if (!device.isCpu()) {
            Nd4j.getAffinityManager().unsafeSetDevice(device.index());
        }
        NativeThreads.ofThisThread(arithmetic.threads());
    }

    @Override
    public TrainingStep trainingStep(TrainingPlan plan, Device device) {
        if (plan.accumulate() > 1) {
            throw new EngineException("The engine nd4j cannot accumulate gradients over micro-batches: set"
                    + " train.accumulate to 1, or execution.engine to libtorch");
        }
        if (plan.checkpointActivations()) {
            throw new EngineException("The engine nd4j cannot compute activations again in the backward pass: set"
                    + " train.activation-checkpointing to false, or execution.engine to libtorch");
        }
        bind(device, plan.arithmetic());
        return new Nd4jTrainingStep(plan);
    }

    @Override
    public Denoiser denoiser(UNetSpec network, FloatPointer parameters, Device device, Arithmetic arithmetic) {
        bind(device, arithmetic);
        return new Nd4jDenoiser(network, parameters, arithmetic.threads());
    }

    @Override
    public FeatureModel features(FeatureExtractorSpec spec, Configuration hadoop, Device device, Arithmetic arithmetic)
            throws IOException {
        bind(device, arithmetic);
        return spec.load(hadoop);
    }

    @Override
    public PerceptualMetric metric(LpipsSpec spec, LpipsWeights weights, Device device, Arithmetic arithmetic) {
        bind(device, arithmetic);
        return new Nd4jMetric(new Lpips(spec, weights, arithmetic.threads()));
    }
}
