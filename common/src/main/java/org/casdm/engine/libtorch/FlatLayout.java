package org.casdm.engine.libtorch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.casdm.engine.libtorch.tensor.Target;
import org.casdm.engine.libtorch.tensor.Tensors;
import org.casdm.network.Parameter;

/**
 * Flat vectors of networks' parameters on a device. Host vectors have the output channel innermost, LibTorch outermost:
 * kernels and matrices are turned once on the way, so that a part of a vector is a parameter in LibTorch's shape.
 */
public final class FlatLayout {

    private record Place(Parameter parameter, long offset) {}

    private final Target target;
    private final List<Place> places = new ArrayList<>();
    private final long length;

    /** @param networks the parameters of each, in the order of the vector */
    public FlatLayout(Target target, List<List<Parameter>> networks) {
        this.target = target;
        long end = 0;
        for (var network : networks) {
            long start = end;
            for (var parameter : network) {
                places.add(new Place(parameter, start + parameter.offset()));
                end += parameter.length();
            }
        }
        length = end;
    }

    /** Elements of a vector. */
    public long length() {
        return length;
    }

    /** A copy of a host vector on the device; the caller's to free. */
    Tensor load(FloatPointer host) {
        return Tensors.owned(() -> {
            var source = target.fromHost(host, length);
            var vector = source.clone();
            for (var place : places) {
                if (isTurned(place.parameter())) {
                    view(vector, place.parameter(), place.offset()).copy_(fromHostOrder(source, place));
                }
            }
            return vector;
        });
    }

    /** Copies a vector to the host. */
    public void store(Tensor vector, FloatPointer host) {
        try (var scope = new PointerScope()) {
            var destination = Target.host(host, length);
            // A GPU turns its own copy: one transfer rather than one for each parameter.
            var turned = target.isGpu() ? vector.clone() : destination;
            turned.copy_(vector);
            for (var place : places) {
                if (isTurned(place.parameter())) {
                    fromHostOrder(turned, place).copy_(view(vector, place.parameter(), place.offset()));
                }
            }
            if (target.isGpu()) {
                destination.copy_(turned);
            }
        }
    }

    private static boolean isTurned(Parameter parameter) {
        return switch (parameter.kind()) {
            case CONVOLUTION, MATRIX -> true;
            case VECTOR, EMBEDDING -> false;
        };
    }

    /** A part of a vector in the host's order, in LibTorch's shape. */
    private static Tensor fromHostOrder(Tensor vector, Place place) {
        return inHostOrder(vector.narrow(0, place.offset(), place.parameter().length()), place.parameter());
    }

    private static Tensor inHostOrder(Tensor part, Parameter parameter) {
        var inMemory = part.view(parameter.memoryShape());
        return switch (parameter.kind()) {
            case CONVOLUTION -> inMemory.permute(3, 2, 0, 1);
            case MATRIX -> inMemory.t().view(parameter.fileShape());
            case VECTOR, EMBEDDING -> inMemory;
        };
    }

    /** A parameter as a part of a vector of this layout, in LibTorch's shape. */
    Tensor view(Tensor vector, Parameter parameter, long offset) {
        var part = vector.narrow(0, offset, parameter.length());
        long[] shape = parameter.fileShape();
        return parameter.kind() == Parameter.Kind.CONVOLUTION && target.channelsLast()
                ? part.view(shape[0], shape[2], shape[3], shape[1]).permute(0, 3, 1, 2)
                : part.view(shape);
    }
}
