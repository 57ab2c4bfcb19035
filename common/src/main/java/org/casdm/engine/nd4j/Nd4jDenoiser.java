package org.casdm.engine.nd4j;

import org.bytedeco.javacpp.FloatPointer;
import org.casdm.engine.Denoiser;
import org.casdm.network.UNetSpec;
import org.casdm.network.nd4j.Nd4jUNet;
import org.casdm.network.nd4j.kernel.Arena;
import org.casdm.network.nd4j.kernel.HostMemory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** {@link Nd4jUNet} between arrays of the Java heap. */
final class Nd4jDenoiser implements Denoiser {

    private final UNetSpec spec;
    private final Nd4jUNet network;
    private final Arena arena = new Arena(DataType.FLOAT);

    Nd4jDenoiser(UNetSpec spec, FloatPointer parameters, int threads) {
        this.spec = spec;
        network = new Nd4jUNet(spec, HostMemory.vector(parameters), null, threads);
    }

    @Override
    public void forward(float[] input, int images, int size, double timestep, int[] labels, float[] output) {
        // Of a pass that failed.
        arena.abandonTaken();
        var x = arena.take(images, size, size, spec.inputChannels());
        HostMemory.upload(input, x);
        var timesteps = arena.take(images, 1);
        timesteps.assign(timestep);
        var result = network.forward(x, timesteps, classes(labels), false);
        HostMemory.download(result, output, 0);
        arena.release(x);
        arena.release(timesteps);
    }

    private static INDArray classes(int[] labels) {
        return labels == null ? null : Nd4j.createFromArray(labels).reshape(labels.length, 1);
    }

    @Override
    public void close() {
        network.close();
        arena.close();
    }
}
