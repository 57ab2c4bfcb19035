package org.casdm.weights;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.casdm.network.Parameter;
import org.casdm.network.UNetParameters;
import org.casdm.network.UNetSpec;
import org.casdm.tensor.StoredTensor;
import org.casdm.tensor.TensorFormatException;
import org.casdm.tensor.file.TensorFile;

/**
 * A U-Net's parameters out of a file of improved-diffusion, guided-diffusion or this program, found by name. The names
 * may be below a prefix, as in checkpoints of training scripts ({@code state_dict.}, {@code model.}, {@code
 * theta.}); what is beside the prefix is ignored.
 *
 * <p>A network that also learned its variance (their {@code learn_sigma}) has twice the outputs; the first half, the
 * noise, is taken. A network of classes may start one that also knows images without a class: their embedding, behind
 * the classes', is zero then, as in a network without classes.
 */
public final class UNetWeights {

    /** The order of the rows of an attention's joint projection. */
    public enum AttentionOrder {
        /** Head by head, query, key and value of each: improved-diffusion, and guided-diffusion by default. */
        HEADS_FIRST,
        /** All queries, all keys, all values, each head by head: guided-diffusion's {@code use_new_attention_order}. */
        QKV_FIRST
    }

    /** The first tensor of every such network. */
    private static final String FIRST = "input_blocks.0.0.weight";

    private static final String LAST = "out.2.";
    private static final String CLASSES = "label_emb.weight";
    private static final String JOINT_PROJECTION = ".qkv.";

    private final UNetSpec spec;
    private final boolean hasNullClass;
    private final Map<String, Parameter> wanted;
    private final TensorFile file;
    private final String prefix;
    private final Map<String, StoredTensor> found = new LinkedHashMap<>();

    /** A network of which every class is one of images. */
    public UNetWeights(TensorFile file, String network, UNetSpec spec) throws TensorFormatException {
        this(file, network, spec, false);
    }

    /**
     * Looks for a network.
     *
     * @param file stays open until {@link #read} is done
     * @param network prefix to prefer where the file has several networks: {@code theta} or {@code phi}
     * @param spec what the network should be
     * @param hasNullClass whether the last of its classes stands for none; the file may lack it
     * @throws TensorFormatException listing all tensors that are missing, unexpected or of another shape
     */
    public UNetWeights(TensorFile file, String network, UNetSpec spec, boolean hasNullClass)
            throws TensorFormatException {
        this.spec = spec;
        this.hasNullClass = hasNullClass;
        this.file = file;
        wanted = UNetParameters.of(spec).byName();
        prefix = prefix(file, network + ".");
        for (var tensor : file.tensors()) {
            if (tensor.info().name().startsWith(prefix)) {
                found.put(tensor.info().name().substring(prefix.length()), tensor);
            }
        }
        var differences = differences();
        if (!differences.isEmpty()) {
            throw new TensorFormatException(
                    file.name(),
                    "does not fit the network " + network + " of the model: "
                            + differences.size() + " tensors differ"
                            + String.join(
                                    "",
                                    differences.stream()
                                            .map(line -> "\n  " + line)
                                            .toList()) + hints(network));
        }
    }

    private static String prefix(TensorFile file, String preferred) {
        var prefixes = file.tensors().stream()
                .map(tensor -> tensor.info().name())
                .filter(name -> name.equals(FIRST) || name.endsWith("." + FIRST))
                .map(name -> name.substring(0, name.length() - FIRST.length()))
                .toList();
        return prefixes.stream()
                .filter(candidate -> candidate.endsWith(preferred))
                .findFirst()
                .or(() -> prefixes.stream().findFirst())
                .orElse("");
    }

    private List<String> differences() {
        var differences = new ArrayList<String>();
        wanted.forEach((name, parameter) -> {
            var tensor = found.get(name);
            if (tensor == null) {
                differences.add(file.refusal(prefix + name)
                        .orElse(name + ": not in the file; " + Arrays.toString(parameter.fileShape())
                                + " in the model"));
            } else if (!Arrays.equals(tensor.info().shape(), parameter.fileShape())
                    && !hasVariance(name, tensor, parameter)
                    && !(name.equals(CLASSES) && lacksNullClass())) {
                differences.add(name + ": " + Arrays.toString(tensor.info().shape()) + " in the file, "
                        + Arrays.toString(parameter.fileShape()) + " in the model");
            }
        });
        found.forEach((name, tensor) -> {
            if (!wanted.containsKey(name)) {
                differences.add(
                        name + ": " + Arrays.toString(tensor.info().shape()) + " in the file; not in the model");
            }
        });
        return differences;
    }

    /** Whether these are the outputs of a network that learned its variance, for one that does not. */
    private boolean hasVariance(String name, StoredTensor tensor, Parameter parameter) {
        long[] shape = parameter.fileShape();
        shape[0] *= 2;
        return name.startsWith(LAST)
                && spec.outputChannels() == spec.inputChannels()
                && Arrays.equals(tensor.info().shape(), shape);
    }

    /** Whether the file's network has all classes of the wanted one but that for none. */
    public boolean lacksNullClass() {
        var table = found.get(CLASSES);
        var shape = wanted.containsKey(CLASSES) ? wanted.get(CLASSES).fileShape() : new long[2];
        shape[0]--;
        return hasNullClass && table != null && Arrays.equals(table.info().shape(), shape);
    }

    /** What can be said about the file's network from its tensors, as settings. */
    private String hints(String network) {
        var hints = new ArrayList<String>();
        var first = found.get(FIRST);
        if (first == null) {
            hints.add("It holds no U-Net of improved-diffusion or guided-diffusion: there is no " + FIRST);
            file.refused().forEach((path, reason) -> hints.add("'" + path + "' is not read: " + reason));
        } else {
            long channels = first.info().shape()[0];
            if (channels != spec.channels()) {
                hints.add("The file's network has model." + network + ".channels = " + channels);
            }
        }
        long classes = found.containsKey(CLASSES) ? found.get(CLASSES).info().shape()[0] : 0;
        if (first != null && classes != spec.classes() && !lacksNullClass()) {
            hints.add("The file's network has model.classes = " + classes
                    + (classes > 1 ? ", or " + (classes - 1) + " with model.label-dropout above 0" : ""));
        }
        var residual = "input_blocks.1.0.";
        if (found.containsKey(residual + "emb_layers.1.bias") && found.containsKey(residual + "out_layers.3.bias")) {
            boolean scaleShift = found.get(residual + "emb_layers.1.bias")
                            .info()
                            .elementCount()
                    == 2 * found.get(residual + "out_layers.3.bias").info().elementCount();
            if (scaleShift != spec.scaleShiftNorm()) {
                hints.add("The file's network has model." + network + ".scale-shift-norm = " + scaleShift);
            }
        }
        if (first != null && hasResidualResampling() != spec.residualResampling()) {
            hints.add("The file's network has model." + network + ".resblock-updown = " + hasResidualResampling());
        }
        var last = found.get(LAST + "bias");
        if (last != null && first != null) {
            boolean learned = last.info().elementCount() == 2 * first.info().shape()[1];
            if (!learned && spec.outputChannels() == 2 * spec.inputChannels()) {
                hints.add("The file's network has model." + network + ".learn-sigma = false");
            }
        }
        return hints.isEmpty() ? "" : "\n" + String.join(". ", hints);
    }

    /** guided-diffusion's resblock_updown: no strided convolutions, although there are levels. */
    private boolean hasResidualResampling() {
        return spec.channelMultipliers().size() > 1
                && found.keySet().stream().noneMatch(name -> name.endsWith(".op.weight"));
    }

    /** Where in the file the network is: empty, or a prefix that ends in a dot. */
    public String prefix() {
        return prefix;
    }

    /** Whether the file's network has learned its variance, which is not used. */
    public boolean leavesVariance() {
        return found.get(LAST + "bias").info().elementCount() > spec.outputChannels();
    }

    /**
     * Reads the parameters, one at a time.
     *
     * @param order how the file has attention's joint projections; they come as {@link AttentionOrder#HEADS_FIRST}
     * @param receiver gets each parameter with its values in the file's layout
     * @throws TensorFormatException if a value is not finite
     */
    public void read(AttentionOrder order, BiConsumer<Parameter, float[]> receiver) throws IOException {
        for (var parameter : wanted.values()) {
            var values = new float[Math.toIntExact(parameter.length())];
            var target = FloatBuffer.wrap(values);
            // Of a longer tensor the first part; of a shorter one all, before zeros.
            found.get(parameter.name())
                    .read(chunk ->
                            target.put(chunk.slice(chunk.position(), Math.min(chunk.remaining(), target.remaining()))));
            for (float value : values) {
                if (!Float.isFinite(value)) {
                    throw new TensorFormatException(
                            file.name(), "tensor " + prefix + parameter.name() + " holds a value that is not finite");
                }
            }
            boolean reorder =
                    order == AttentionOrder.QKV_FIRST && parameter.name().contains(JOINT_PROJECTION);
            receiver.accept(parameter, reorder ? headsFirst(values, parameter) : values);
        }
    }

    /** From rows (part, head, channel) to rows (head, part, channel). */
    private float[] headsFirst(float[] values, Parameter parameter) {
        int parts = 3;
        int rows = Math.toIntExact(parameter.fileShape()[0]);
        int heads = spec.heads(rows / parts);
        int length = values.length / rows * (rows / (parts * heads));
        var reordered = new float[values.length];
        for (int part = 0; part < parts; part++) {
            for (int head = 0; head < heads; head++) {
                System.arraycopy(
                        values, (part * heads + head) * length, reordered, (head * parts + part) * length, length);
            }
        }
        return reordered;
    }
}
