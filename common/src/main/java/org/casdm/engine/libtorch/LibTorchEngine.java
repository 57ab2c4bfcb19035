package org.casdm.engine.libtorch;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.engine.Arithmetic;
import org.casdm.engine.Denoiser;
import org.casdm.engine.Device;
import org.casdm.engine.Engine;
import org.casdm.engine.EngineException;
import org.casdm.engine.PerceptualMetric;
import org.casdm.engine.TrainingPlan;
import org.casdm.engine.TrainingStep;
import org.casdm.engine.libtorch.device.LibTorch;
import org.casdm.engine.libtorch.device.LibTorchDevices;
import org.casdm.engine.libtorch.tensor.Target;
import org.casdm.lpips.LpipsSpec;
import org.casdm.lpips.LpipsWeights;
import org.casdm.metric.classifier.ClassifierSpec;
import org.casdm.metric.feature.FeatureExtractorSpec;
import org.casdm.metric.feature.FeatureModel;
import org.casdm.metric.inception.InceptionSpec;
import org.casdm.metric.inception.InceptionWeights;
import org.casdm.network.UNetSpec;

/**
 * LibTorch: the CPU, and NVIDIA GPUs of compute capability 7.5 and newer. Its native code comes beside the job jar; with
 * the build for GPUs, CUDA 13 and cuDNN 9 have to be installed.
 */
public final class LibTorchEngine implements Engine {

    /** In configuration files. */
    public static final String NAME = "libtorch";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<Device> devices() {
        var devices = LibTorchDevices.ofProcess();
        LibTorch.load();
        return devices;
    }

    private static Target target(Device device, Arithmetic arithmetic) {
        device.refusal().ifPresent(reason -> {
            throw new EngineException("engine libtorch: " + reason);
        });
        LibTorch.load();
        var target = Target.of(device, arithmetic);
        target.start();
        return target;
    }

    @Override
    public TrainingStep trainingStep(TrainingPlan plan, Device device) {
        return new LibTorchTrainingStep(plan, target(device, plan.arithmetic()));
    }

    @Override
    public Denoiser denoiser(UNetSpec network, FloatPointer parameters, Device device, Arithmetic arithmetic) {
        return new LibTorchDenoiser(network, parameters, target(device, arithmetic));
    }

    @Override
    public FeatureModel features(FeatureExtractorSpec spec, Configuration hadoop, Device device, Arithmetic arithmetic)
            throws IOException {
        var target = target(device, arithmetic);
        if (spec instanceof InceptionSpec inception) {
            try (var weights = InceptionWeights.load(inception.weights(), hadoop)) {
                var network = new LibTorchInception(weights, target);
                return inception.model(weights.sha256(), () -> network, network::free);
            }
        } else if (spec instanceof ClassifierSpec classifier) {
            var stored = classifier.read(hadoop);
            var network = new LibTorchClassifier(stored.classifier(), target);
            return classifier.model(stored, () -> network, network::free);
        }
        throw new IllegalArgumentException("Unknown feature network " + spec);
    }

    @Override
    public PerceptualMetric metric(LpipsSpec spec, LpipsWeights weights, Device device, Arithmetic arithmetic) {
        return new LibTorchMetric(spec, weights, target(device, arithmetic));
    }
}
