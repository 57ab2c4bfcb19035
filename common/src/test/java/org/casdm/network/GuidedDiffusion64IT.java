package org.casdm.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.cascade.ConfiguredModel;
import org.casdm.config.ConfigLoader;
import org.casdm.engine.Arithmetic;
import org.casdm.engine.Device;
import org.casdm.engine.Engine;
import org.casdm.engine.libtorch.LibTorchEngine;
import org.casdm.engine.nd4j.Nd4jEngine;
import org.casdm.tensor.SafetensorsWriter;
import org.casdm.tensor.TensorInfo;
import org.casdm.tensor.TensorSource;
import org.casdm.tensor.file.TensorFile;
import org.casdm.testing.Formula;
import org.casdm.testing.Golden;
import org.casdm.weights.UNetWeights;
import org.casdm.weights.UNetWeights.AttentionOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * guided-diffusion's U-Net for ImageNet at 64 pixels, whole: 296 million parameters from a file as it is published, by
 * name, with attention in the new order, against the outputs of the program ({@code golden/make_guided_64.py}).
 */
class GuidedDiffusion64IT {

    private static final String CONFIGURATION = "model.kind=ddpm, model.classes=1000, model.theta.learn-sigma=true,"
            + " model.theta.channels=192, model.theta.channel-mult=[1;2;3;4], model.theta.res-blocks=3,"
            + " model.theta.attention-resolutions=[32;16;8], model.theta.num-head-channels=64,"
            + " model.theta.resblock-updown=true, data.size=64";
    private static final String SEED = "golden.guided64";
    private static final int SIZE = 64;
    private static final int STRIDE = 4;

    @TempDir
    private Path folder;

    private static UNetSpec theta() {
        var settings = new ArrayList<String>();
        for (String setting : CONFIGURATION.split(", ")) {
            settings.add(setting.replace(';', ','));
        }
        return ConfiguredModel.of(ConfigLoader.load(Optional.empty(), settings)).theta();
    }

    private Path publishedFile(UNetParameters parameters) throws IOException {
        var tensors = new ArrayList<TensorSource>();
        for (var parameter : parameters.all()) {
            String name = parameter.name();
            long[] shape = parameter.fileShape();
            // Made while it is written: the file is larger than what the heap should hold.
            tensors.add(TensorSource.of(TensorInfo.float32(name, shape), sink -> {
                var values = Formula.parameter(SEED, name, shape);
                sink.accept(values, 0, values.length);
            }));
        }
        var file = folder.resolve("64x64_diffusion.safetensors");
        try (var stream = Files.newOutputStream(file)) {
            SafetensorsWriter.write(stream, tensors, Map.of());
        }
        return file;
    }

    private static void load(Path path, UNetSpec spec, FloatPointer vector) throws IOException {
        var fileSystem = FileSystem.getLocal(new Configuration());
        try (var file = TensorFile.open(fileSystem, new org.apache.hadoop.fs.Path(path.toUri()))) {
            new UNetWeights(file, "theta", spec).read(AttentionOrder.QKV_FIRST, (parameter, values) -> {
                var inMemory = new float[values.length];
                parameter.fromFile(values, inMemory, 0);
                vector.position(parameter.offset()).put(inMemory);
            });
        }
        vector.position(0);
    }

    private static void assertEqualsReference(Engine engine, UNetSpec spec, FloatPointer parameters, Golden golden) {
        int pixels = SIZE * SIZE;
        var noise = Formula.normal("guided64/x", 2, 3, SIZE, SIZE);
        int channels = spec.outputChannels();
        var sampled = new double[2 * channels * pixels / (STRIDE * STRIDE)];
        var norms = new double[2 * channels];
        try (var denoiser = engine.denoiser(spec, parameters, Device.cpu(), Arithmetic.float32(2))) {
            for (int image = 0, next = 0; image < 2; image++) {
                var input = new float[3 * pixels];
                for (int i = 0; i < input.length; i++) {
                    input[i % pixels * 3 + i / pixels] = (float) noise[image * input.length + i];
                }
                var output = new float[channels * pixels];
                int label = Math.toIntExact(golden.longs("y")[image]);
                denoiser.forward(input, 1, SIZE, golden.longs("t")[image], new int[] {label}, output);
                for (int channel = 0; channel < channels; channel++) {
                    double squares = 0;
                    for (int pixel = 0; pixel < pixels; pixel++) {
                        double value = output[pixel * channels + channel];
                        squares += value * value;
                        if (pixel / SIZE % STRIDE == 0 && pixel % STRIDE == 0) {
                            sampled[next++] = value;
                        }
                    }
                    norms[image * channels + channel] = Math.sqrt(squares);
                }
            }
        }
        assertThat(Golden.relativeError(sampled, golden.doubles("output")))
                .as("%s, output", engine.name())
                .isLessThan(1e-5);
        assertThat(Golden.relativeError(norms, golden.doubles("norms")))
                .as("%s, norms of channels", engine.name())
                .isLessThan(1e-5);
    }

    @Test
    void aPublishedFileIsLoadedWholeAndGivesThePublishedOutputs() throws IOException {
        var spec = theta();
        var parameters = UNetParameters.of(spec);
        assertThat(parameters.length()).isEqualTo(295_904_454);
        var golden = Golden.load("guided_64");
        try (var vector = new FloatPointer(parameters.length())) {
            load(publishedFile(parameters), spec, vector);
            assertEqualsReference(new Nd4jEngine(), spec, vector, golden);
            assertEqualsReference(new LibTorchEngine(), spec, vector, golden);
        }
    }
}
