package org.casdm.weights.diffusers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.network.Parameter;
import org.casdm.network.UNetSpec;
import org.casdm.storage.AtomicFile;
import org.casdm.tensor.FloatSink;
import org.casdm.tensor.SafetensorsWriter;
import org.casdm.tensor.TensorInfo;
import org.casdm.tensor.TensorSource;
import org.casdm.tensor.file.TensorFile;
import org.casdm.weights.diffusers.TensorNames.Piece;

/**
 * A U-Net and its noise schedule in a folder that diffusers loads as a pipeline: {@code model_index.json},
 * {@code unet/} (a {@code UNet2DModel}) and {@code scheduler/}.
 */
public final class DiffusersFolder {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CONFIG = "unet/config.json";
    private static final String WEIGHTS = "unet/diffusion_pytorch_model.safetensors";
    private static final String SCHEDULER_CLASS = "DDIMScheduler";

    private final FileSystem fileSystem;
    private final Path root;

    public DiffusersFolder(FileSystem fileSystem, Path root) {
        this.fileSystem = fileSystem;
        this.root = root;
    }

    /** The noise schedules that both programs have. */
    public enum Schedule {
        /** β from 1e-4 to 0.02, both times 1000 / steps. */
        LINEAR,
        /** Nichol and Dhariwal's. */
        COSINE
    }

    /**
     * A network in a folder.
     *
     * @param spec the network
     * @param size width and height of its images; 0 where the folder does not say
     */
    public record Network(UNetSpec spec, int size) {}

    /** Gives a parameter's values in the file's layout. */
    @FunctionalInterface
    public interface Values {
        float[] of(Parameter parameter) throws IOException;
    }

    /** Takes a parameter's values in the file's layout. */
    @FunctionalInterface
    public interface Receiver {
        void accept(Parameter parameter, float[] values) throws IOException;
    }

    /** Why diffusers' {@code UNet2DModel} cannot be such a network, a sentence each; empty if it can. */
    public static List<String> obstacles(UNetSpec spec) {
        return UNetConfig.obstacles(spec);
    }

    /**
     * Writes a network that estimates noise.
     *
     * @param spec without {@linkplain #obstacles obstacles}
     * @param size width and height of its images
     * @param steps of the noise schedule
     * @param clip whether samplers clip the estimate of the image to [-1, 1]
     * @param values of the parameters
     * @throws IOException if a file is there already or cannot be written
     */
    public void write(UNetSpec spec, int size, Schedule schedule, int steps, boolean clip, Values values)
            throws IOException {
        if (!obstacles(spec).isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", obstacles(spec)));
        }
        var names = new TensorNames(spec);
        var tensors = new ArrayList<TensorSource>();
        for (var piece : names.pieces()) {
            tensors.add(TensorSource.of(TensorInfo.float32(piece.name(), piece.shape()), sink -> {
                float[] part = names.take(piece, values.of(piece.source()));
                sink.accept(part, 0, part.length);
            }));
        }
        AtomicFile.create(
                fileSystem,
                new Path(root, WEIGHTS),
                stream -> SafetensorsWriter.write(stream, tensors, Map.of("format", "pt")));
        writeJson(CONFIG, UNetConfig.write(spec, size));
        writeJson("scheduler/scheduler_config.json", scheduler(schedule, steps, clip));
        var index = JSON.createObjectNode();
        index.put("_class_name", "DDIMPipeline");
        index.putArray("unet").add("diffusers").add(UNetConfig.CLASS);
        index.putArray("scheduler").add("diffusers").add(SCHEDULER_CLASS);
        writeJson("model_index.json", index);
    }

    private static ObjectNode scheduler(Schedule schedule, int steps, boolean clip) {
        var config = JSON.createObjectNode();
        config.put("_class_name", SCHEDULER_CLASS);
        config.put("num_train_timesteps", steps);
        config.put("beta_start", 0.1 / steps);
        config.put("beta_end", 20.0 / steps);
        config.put("beta_schedule", schedule == Schedule.LINEAR ? "linear" : "squaredcos_cap_v2");
        config.put("clip_sample", clip);
        config.put("set_alpha_to_one", true);
        config.put("steps_offset", 0);
        config.put("prediction_type", "epsilon");
        config.put("timestep_spacing", "leading");
        return config;
    }

    private void writeJson(String file, ObjectNode content) throws IOException {
        byte[] bytes = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(content);
        AtomicFile.create(fileSystem, new Path(root, file), stream -> {
            stream.write(bytes);
            return null;
        });
    }

    /**
     * The network that the folder holds, a pipeline's or that of a model alone.
     *
     * @throws IOException if there is none, or this program has no such network; the message lists why
     */
    public Network readNetwork() throws IOException {
        var path = unet("config.json");
        JsonNode config;
        try (var input = fileSystem.open(path)) {
            config = JSON.readTree(input.readAllBytes());
        } catch (FileNotFoundException e) {
            throw new IOException(
                    root + " holds no model of diffusers: there is neither " + CONFIG + " nor config.json", e);
        } catch (JsonProcessingException e) {
            throw new IOException(path + " is not JSON: " + e.getOriginalMessage(), e);
        }
        try {
            return new Network(
                    UNetConfig.read(config), config.path("sample_size").asInt(0));
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    path + " describes a network that cannot be one of this program: " + e.getMessage(), e);
        }
    }

    private Path unet(String file) throws IOException {
        var ofPipeline = new Path(root, "unet/" + file);
        return fileSystem.exists(ofPipeline) ? ofPipeline : new Path(root, file);
    }

    /**
     * Reads the weights.
     *
     * @param spec what {@link #readNetwork} gave
     * @throws IOException if they are missing or of another network
     */
    public void read(UNetSpec spec, Receiver receiver) throws IOException {
        var names = new TensorNames(spec);
        var path = unet("diffusion_pytorch_model.safetensors");
        var parameters = new HashMap<String, float[]>();
        var missing = new HashMap<String, Integer>();
        var pieces = new HashMap<String, Piece>();
        for (var piece : names.pieces()) {
            pieces.put(piece.name(), piece);
            missing.merge(piece.source().name(), 1, Integer::sum);
        }
        try (var file = TensorFile.open(fileSystem, path)) {
            for (var tensor : file.tensors()) {
                var piece = pieces.remove(tensor.info().name());
                if (piece == null || !Arrays.equals(tensor.info().shape(), piece.shape())) {
                    throw new IOException(path + " does not fit its config.json: tensor " + tensor.info());
                }
                var source = piece.source();
                var whole =
                        parameters.computeIfAbsent(source.name(), name -> new float[Math.toIntExact(source.length())]);
                var values = new float[Math.toIntExact(tensor.info().elementCount())];
                tensor.read(FloatSink.into(values));
                names.put(piece, values, whole);
                if (missing.merge(source.name(), -1, Integer::sum) == 0) {
                    receiver.accept(source, parameters.remove(source.name()));
                }
            }
        }
        if (!pieces.isEmpty()) {
            throw new IOException(path + " does not fit its config.json: no tensor "
                    + pieces.keySet().stream().sorted().findFirst().orElseThrow()
                    + (pieces.size() > 1 ? " and " + (pieces.size() - 1) + " more" : ""));
        }
    }
}
