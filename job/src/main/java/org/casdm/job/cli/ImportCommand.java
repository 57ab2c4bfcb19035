package org.casdm.job.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.casdm.job.cli.failure.ExitCode;
import org.casdm.job.cli.spark.StorageOptions;
import org.casdm.storage.AtomicFile;
import org.casdm.storage.Storage;
import org.casdm.tensor.SafetensorsWriter;
import org.casdm.tensor.TensorInfo;
import org.casdm.tensor.TensorSource;
import org.casdm.weights.diffusers.DiffusersFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code casdm import}. */
@Command(
        name = "import",
        description = "Reads a UNet2DModel of diffusers and writes its weights under improved-diffusion's names, for "
                + "model.theta.init-from. Prints the settings of the network.",
        footerHeading = "%nExamples:%n",
        footer = {"  casdm import --diffusers=/data/diffusers/1 --out=theta.safetensors"})
final class ImportCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private StorageOptions storage;

    @Option(
            names = "--diffusers",
            required = true,
            paramLabel = "URI",
            description = "Folder of a pipeline, or of its unet.")
    private String folder;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "URI",
            description = "File to write, safetensors. Must not exist yet.")
    private String out;

    @Override
    public Integer call() throws Exception {
        var hadoop = storage.hadoop();
        var place = Storage.path(folder);
        var source = new DiffusersFolder(Storage.fileSystem(place, hadoop), place);
        var found = source.readNetwork();
        var network = found.spec();
        var tensors = new ArrayList<TensorSource>();
        source.read(
                network,
                (parameter, values) -> tensors.add(
                        TensorSource.of(TensorInfo.float32(parameter.name(), parameter.fileShape()), values)));
        var file = Storage.path(out);
        AtomicFile.create(
                Storage.fileSystem(file, hadoop),
                file,
                stream -> SafetensorsWriter.write(stream, tensors, Map.of("format", "pt")));
        spec.commandLine().getOut().printf(Locale.ROOT, "Wrote %,d tensors to %s%n", tensors.size(), out);
        settings(found).forEach(spec.commandLine().getOut()::println);
        return ExitCode.DONE;
    }

    private List<String> settings(DiffusersFolder.Network found) {
        var network = found.spec();
        var settings = new ArrayList<>(List.of(
                "data.size=" + found.size(),
                "model.theta.channels=" + network.channels(),
                "model.theta.channel-mult="
                        + joined(network.channelMultipliers().stream()
                                .map(Double::intValue)
                                .toList()),
                "model.theta.res-blocks=" + network.residualBlocks(),
                "model.theta.attention-resolutions="
                        + joined(network.attentionDownsampling().stream()
                                .map(factor -> found.size() / factor)
                                .toList()),
                "model.theta.heads=" + network.heads(),
                "model.theta.scale-shift-norm=" + network.scaleShiftNorm(),
                "data.channels=" + network.inputChannels(),
                "model.theta.init-from=" + out));
        if (network.classes() > 0) {
            settings.add("model.classes=" + network.classes());
        }
        return settings;
    }

    private static String joined(List<? extends Number> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"));
    }
}
