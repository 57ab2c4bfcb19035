package org.casdm.job.testing;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.engine.Arithmetic;
import org.casdm.engine.Arithmetic.Precision;
import org.casdm.engine.Computer;
import org.casdm.engine.Denoiser;
import org.casdm.engine.Device;
import org.casdm.engine.Engine;
import org.casdm.engine.PerceptualMetric;
import org.casdm.engine.TrainingPlan;
import org.casdm.engine.TrainingStep;
import org.casdm.engine.libtorch.LibTorchEngine;
import org.casdm.lpips.LpipsSpec;
import org.casdm.lpips.LpipsWeights;
import org.casdm.metric.feature.FeatureExtractorSpec;
import org.casdm.metric.feature.FeatureModel;
import org.casdm.network.UNetSpec;

/** LibTorch with GPUs that are the processor in truth; notes what is made for which. */
public final class StandInGpus implements Engine {

    private final Engine engine = new LibTorchEngine();
    private final List<Integer> made = Collections.synchronizedList(new ArrayList<>());

    /** One of the GPUs, in float32. */
    public Computer gpu(int index) {
        return new Computer(this, new Device(index, "stand-in", "9.0", 1L << 30, Optional.empty()), Precision.FLOAT32);
    }

    /** The numbers of the GPUs for which a network was made, in order. */
    public List<Integer> made() {
        return List.copyOf(made);
    }

    @Override
    public String name() {
        return "stand-in";
    }

    @Override
    public List<Device> devices() {
        return List.of(gpu(0).device(), gpu(1).device());
    }

    private Device cpuInstead(Device device) {
        made.add(device.index());
        return Device.cpu();
    }

    @Override
    public TrainingStep trainingStep(TrainingPlan plan, Device device) {
        return engine.trainingStep(plan, cpuInstead(device));
    }

    @Override
    public Denoiser denoiser(UNetSpec network, FloatPointer parameters, Device device, Arithmetic arithmetic) {
        return engine.denoiser(network, parameters, cpuInstead(device), arithmetic);
    }

    @Override
    public FeatureModel features(FeatureExtractorSpec spec, Configuration hadoop, Device device, Arithmetic arithmetic)
            throws IOException {
        return engine.features(spec, hadoop, cpuInstead(device), arithmetic);
    }

    @Override
    public PerceptualMetric metric(LpipsSpec spec, LpipsWeights weights, Device device, Arithmetic arithmetic) {
        return engine.metric(spec, weights, cpuInstead(device), arithmetic);
    }
}
