package org.casdm.cascade;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.network.Parameter;
import org.casdm.network.UNetParameters;
import org.casdm.tensor.FloatSink;
import org.casdm.tensor.TensorInfo;
import org.casdm.tensor.TensorSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A model's flat vector as named tensors in PyTorch's shapes and layouts, {@code theta.*} and {@code phi.*}, and back.
 * One tensor at a time is copied.
 */
public final class ModelTensors {

    /** A tensor and its place in the model's flat vector. */
    private record Place(Parameter parameter, long offset) {}

    private final Map<String, Place> places;
    private final long length;

    /** The tensors of a model. */
    public ModelTensors(ModelSpec model) {
        places = new LinkedHashMap<>();
        long start = 0;
        for (var network : model.networks()) {
            var layout = UNetParameters.of(network.spec());
            for (var parameter : layout.all()) {
                places.put(network.name() + "." + parameter.name(), new Place(parameter, start + parameter.offset()));
            }
            start += layout.length();
        }
        length = start;
    }

    private ModelTensors(Map<String, Place> places, long length) {
        this.places = places;
        this.length = length;
    }

    /** The tensors of one network, in the same vector. */
    public ModelTensors only(String network) {
        var some = new LinkedHashMap<>(places);
        some.keySet().removeIf(name -> !name.startsWith(network + "."));
        return new ModelTensors(some, length);
    }

    /** Number of elements of the model's vector. */
    public long length() {
        return length;
    }

    /**
     * The tensors of a vector, to be written.
     *
     * @param prefix put before each name, for example {@code adam.m.}
     * @param flat the vector; read when a tensor is written
     */
    public List<TensorSource> sources(String prefix, INDArray flat) {
        var vector = checked(flat);
        var sources = new ArrayList<TensorSource>();
        places.forEach((name, place) -> sources.add(TensorSource.of(
                TensorInfo.float32(prefix + name, place.parameter().fileShape()), sink -> {
                    var file = new float[Math.toIntExact(place.parameter().length())];
                    place.parameter().toFile(view(vector, place).dup().data().asFloat(), 0, file);
                    sink.accept(file, 0, file.length);
                })));
        return sources;
    }

    /** The parts of a vector by tensors' names, as views with one dimension, in the layout of memory. */
    public Map<String, INDArray> views(INDArray flat) {
        var vector = checked(flat);
        var views = new LinkedHashMap<String, INDArray>();
        places.forEach((name, place) -> views.put(name, view(vector, place)));
        return views;
    }

    private INDArray checked(INDArray flat) {
        requireLength(flat.length());
        return flat.reshape(flat.length());
    }

    private void requireLength(long floats) {
        if (floats != length) {
            throw new IllegalArgumentException("The model has " + length + " parameters, the vector " + floats);
        }
    }

    private static INDArray view(INDArray vector, Place place) {
        return vector.get(NDArrayIndex.interval(
                place.offset(), place.offset() + place.parameter().length()));
    }

    /** Fills a vector from tensors as they are read; {@link Loading#requireComplete} says whether all have come. */
    public Loading loading(String prefix, INDArray flat) {
        var vector = checked(flat);
        return new Loading(prefix, (place, values) -> view(vector, place).assign(Nd4j.createFromArray(values)));
    }

    /** As the other {@code loading}, into native memory. */
    public Loading loading(String prefix, FloatPointer flat) {
        requireLength(flat.limit());
        return new Loading(
                prefix, (place, values) -> flat.getPointer(place.offset()).put(values));
    }

    /** Takes a tensor's values in memory's layout. */
    private interface Destination {
        void put(Place place, float[] values);
    }

    /** A vector on its way from a file. */
    public final class Loading implements Function<TensorInfo, FloatSink> {

        private final String prefix;
        private final Destination destination;
        private final Set<String> seen = new HashSet<>();
        private final List<String> problems = new ArrayList<>();

        private Loading(String prefix, Destination destination) {
            this.prefix = prefix;
            this.destination = destination;
        }

        /** Where a tensor's values go; null for one with another prefix. */
        @Override
        public FloatSink apply(TensorInfo info) {
            if (!info.name().startsWith(prefix)) {
                return null;
            }
            String name = info.name().substring(prefix.length());
            var place = places.get(name);
            if (place == null) {
                problems.add(info.name() + " is not of this model");
                return null;
            }
            seen.add(name);
            if (!Arrays.equals(info.shape(), place.parameter().fileShape())) {
                problems.add(info.name() + " has shape " + Arrays.toString(info.shape()) + ", the model's has "
                        + Arrays.toString(place.parameter().fileShape()));
                return null;
            }
            var file = FloatBuffer.allocate(Math.toIntExact(place.parameter().length()));
            return chunk -> {
                file.put(chunk);
                if (!file.hasRemaining()) {
                    var memory = new float[file.capacity()];
                    place.parameter().fromFile(file.array(), memory, 0);
                    destination.put(place, memory);
                }
            };
        }

        /**
         * To be called when the file has been read.
         *
         * @param source names the file in the message
         * @throws IOException listing the tensors that are missing, foreign or of another shape
         */
        public void requireComplete(String source) throws IOException {
            places.keySet().stream()
                    .filter(name -> !seen.contains(name))
                    .forEach(name -> problems.add(prefix + name + " is missing"));
            if (!problems.isEmpty()) {
                throw new IOException(source + " does not fit the model: "
                        + String.join("; ", problems.subList(0, Math.min(20, problems.size())))
                        + (problems.size() > 20 ? "; and " + (problems.size() - 20) + " more" : ""));
            }
        }
    }
}
